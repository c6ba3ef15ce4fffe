using System.Collections.Concurrent;
using DaprHep.Hosting;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DaprHep.Cli.Progress;

/// <summary>Progress in a terminal: a bar a step, with events a second, the time left and the step's own note.</summary>
internal sealed class LiveProgress(IAnsiConsole console) : IProgressSink
{
    private readonly Dictionary<string, ProgressTask> _bars = [];
    private readonly ConcurrentDictionary<int, StepMeter.Reading> _readings = new();
    private readonly StepMeter _meter = new();
    private ProgressContext? _context;

    /// <summary>Draws while <paramref name="work"/> runs.</summary>
    public Task<T> ShowAsync<T>(Func<Task<T>> work) => console.Progress()
        .AutoClear(false)
        .Columns(
            new TaskDescriptionColumn { Alignment = Justify.Left },
            new ProgressBarColumn(),
            new PercentageColumn(),
            new ReadingColumn(_readings))
        .StartAsync(async context =>
        {
            _context = context;
            return await work();
        });

    public void Report(in StepProgress progress)
    {
        if (_context is not { } context)
            return;
        string step = progress.Step;
        long total = Math.Max(1, progress.TotalEvents);
        ProgressTask bar;
        lock (_bars)
        {
            if (!_bars.TryGetValue(step, out bar!))
                _bars.Add(step, bar = context.AddTask(Markup.Escape(step), maxValue: total));
        }
        _readings[bar.Id] = _meter.Add(progress);
        if (progress.Note.Length > 0)
            bar.Description = Markup.Escape($"{step}  {progress.Note}");
        bar.Increment(progress.Events);
    }

    private sealed class ReadingColumn(ConcurrentDictionary<int, StepMeter.Reading> readings) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            if (!readings.TryGetValue(task.Id, out StepMeter.Reading reading) || reading.Rate == 0)
                return Text.Empty;
            string left = task.IsFinished ? "" : $"  {reading.Left:hh\\:mm\\:ss} left";
            return new Text($"{reading.Rate:N0} events/s{left}");
        }
    }
}
