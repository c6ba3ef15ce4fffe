using DaprHep.Hosting.Contracts;
using Microsoft.Extensions.Logging;

namespace DaprHep.Hosting.News;

/// <summary>A log of what is said of runs, from the level of information on: lines in a scope with a <c>RunId</c> go out with the run's news.</summary>
internal sealed class RunLog(RunNews news) : ILoggerProvider, ISupportExternalScope
{
    private const int LongestLine = 2000;
    private IExternalScopeProvider? _scopes;

    public ILogger CreateLogger(string categoryName) => new Lines(this);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
        // Nothing is held.
    }

    private void Tell(string run, LogLine line) => news.Add(run, line);

    private string? RunInScope()
    {
        string? run = null;
        _scopes?.ForEachScope(
            static (scope, found) =>
            {
                if (scope is IEnumerable<KeyValuePair<string, object>> values)
                {
                    foreach ((string key, object value) in values)
                        found(key == "RunId" ? value as string : null);
                }
            },
            (string? name) => run ??= name);
        return run;
    }

    private sealed class Lines(RunLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel) || log.RunInScope() is not { } run)
                return;
            string text = formatter(state, exception);
            if (exception is not null)
                text += $" ({exception.Message})";
            string level = logLevel switch { LogLevel.Information => "info", LogLevel.Warning => "warning", _ => "error" };
            log.Tell(run, new LogLine(
                DateTimeOffset.UtcNow, RunNews.ProcessName, level, text.Length > LongestLine ? text[..LongestLine] : text));
        }
    }
}
