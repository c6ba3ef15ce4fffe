using DaprHep.Hosting;
using Spectre.Console;

namespace DaprHep.Cli.Progress;

/// <summary>Shows the progress of work in this process: bars in a terminal, lines elsewhere.</summary>
internal static class StepWatch
{
    /// <summary>Runs the work and shows how it goes on standard error.</summary>
    public static Task<T> WatchAsync<T>(Func<IProgressSink, Task<T>> work)
    {
        if (Console.IsErrorRedirected)
            return work(new PlainProgress(Console.Error));
        IAnsiConsole terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        var live = new LiveProgress(terminal);
        return live.ShowAsync(() => work(live));
    }
}
