using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DaprHep.Cli.Progress;

/// <summary>
/// A run as the dashboard's page shows it, in the terminal: its steps with their parts and rates, the training's loss as it falls, what
/// went wrong, the last lines of the log. It takes the gateway's events and draws what it knows.
/// </summary>
/// <param name="run">Name of the run.</param>
internal sealed class RunView(string run)
{
    private const int LogLines = 8;
    private const int SparkWidth = 48;
    private static readonly char[] Sparks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    private readonly Dictionary<string, ProgressState> _progress = [];
    private readonly Dictionary<string, StepMeter.Reading> _readings = [];
    private readonly Dictionary<string, WorkRecord> _work = [];
    private readonly SortedDictionary<double, TrainingPoint> _points = [];
    private readonly Queue<LogLine> _log = [];
    private readonly StepMeter _meter = new();

    /// <summary>The run's state, as far as it was told.</summary>
    public RunState? State { get; private set; }

    /// <summary>Takes an event; one that is of no interest here changes nothing.</summary>
    public void Take(SseItem<string> item)
    {
        switch (item.EventType)
        {
            case "state":
                State = Read<RunState>(item);
                break;
            case "progress":
                Take(Read<ProgressState>(item));
                break;
            case "work":
                foreach (WorkRecord work in Read<WorkRecord[]>(item))
                    _work[work.Id] = work;
                break;
            case "points":
                foreach (TrainingPoint point in Read<TrainingPoint[]>(item))
                    _points[point.Share] = point;
                break;
            case "log":
                foreach (LogLine line in Read<LogLine[]>(item))
                    _log.Enqueue(line);
                while (_log.Count > LogLines)
                    _log.Dequeue();
                break;
        }
    }

    /// <summary>What there is to see now.</summary>
    public IRenderable Draw()
    {
        List<IRenderable> parts = [new Markup($"[bold]{Markup.Escape(run)}[/]  {Markup.Escape(Headline())}"), StepTable()];
        if (_points.Count > 0)
            parts.Add(new Text(Training()));
        foreach (WorkRecord work in _work.Values.Where(work => work.Error is not null).TakeLast(3))
            parts.Add(new Text($"{work.Work} {work.Part} {work.Subject}: {work.Error}", new Style(Color.Red)));
        foreach (LogLine line in _log)
        {
            string text = $"{line.Time.UtcDateTime:HH:mm:ss} {line.Process} {line.Text}";
            parts.Add(new Text(text, new Style(line.Level == "info" ? Color.Grey : Color.Yellow)));
        }
        return new Rows(parts);
    }

    private static T Read<T>(SseItem<string> item) => JsonSerializer.Deserialize<T>(item.Data, JsonSerializerOptions.Web)!;

    private static string Said(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private void Take(ProgressState step)
    {
        long before = _progress.TryGetValue(step.Step, out ProgressState? known) ? known.Events : 0;
        _progress[step.Step] = step;
        _readings[step.Step] = _meter.Add(new StepProgress(run, step.Step, step.Events - before, step.TotalEvents));
    }

    private string Headline() => State is not { } state
        ? ""
        : Said($"{state.Status}{(state.HasEnded ? "" : $" {state.Step}")}  {state.Model}  {state.Waiting ?? state.Error}");

    private Table StepTable()
    {
        Table table = new Table().Border(TableBorder.Rounded);
        foreach (string column in (string[])["step", "", "time", "events", "events/s", "left", "parts"])
            table.AddColumn(column);
        foreach (string step in State?.Steps ?? [])
        {
            StepTiming? timing = State?.Timings?.FirstOrDefault(timing => timing.Step == step);
            bool isNow = timing is null && State?.Step == step;
            string sign = timing is not null ? "✓" : !isNow ? "" : State!.HasEnded ? State.Status == "completed" ? "✓" : "✕" : "▶";
            StepMeter.Reading reading = isNow ? _readings.GetValueOrDefault(step) : default;
            table.AddRow(
                Markup.Escape(step),
                sign,
                timing is null ? "" : Said($"{timing.Seconds:F1} s"),
                EventsOf(step, timing),
                timing is not null ? Said($"{timing.EventsPerSecond:N0}") : reading.Rate > 0 ? Said($"{reading.Rate:N0}") : "",
                reading.Rate > 0 ? Said($"{reading.Left:hh\\:mm\\:ss}") : "",
                isNow && State?.Parts is { } parts ? PartsOf(step, parts) : "");
        }
        return table;
    }

    private string EventsOf(string step, StepTiming? timing) => timing is not null ? Said($"{timing.Events:N0}")
        : _progress.TryGetValue(step, out ProgressState? told) ? Said($"{told.Events:N0} of {told.TotalEvents:N0}")
        : "";

    private string PartsOf(string step, int parts)
    {
        WorkRecord[] last = [.. _work.Values.Where(work => work.Part is not null && Steps.OfWork(work.Work) == step)
            .GroupBy(work => $"{work.Work} {work.Part}").Select(tries => tries.Last())];
        int failed = last.Count(work => work.Error is not null);
        return Said($"{last.Count(work => work.State == "done")} of {parts}{(failed > 0 ? $", {failed} failed" : "")}");
    }

    // The loss, low where the training is good, in as many characters as there is room for.
    private string Training()
    {
        double[] losses = [.. _points.Values.Select(point => point.Loss).OfType<double>()];
        TrainingPoint last = _points.Values.Last();
        string figures = (last.Loss is { } loss ? Said($"loss {loss:F4}  ") : "")
            + (last.Accuracy is { } accuracy ? Said($"accuracy {accuracy:F4}  ") : "")
            + (_points.Values.LastOrDefault(point => point.Auc is not null)?.Auc is { } auc ? Said($"AUC {auc:F4}") : "");
        if (losses.Length < 2)
            return figures;
        (double low, double high) = (losses.Min(), losses.Max());
        int shown = Math.Min(SparkWidth, losses.Length);
        return string.Concat(Enumerable.Range(0, shown).Select(i =>
        {
            double value = losses[(int)((long)i * (losses.Length - 1) / Math.Max(1, shown - 1))];
            return Sparks[high > low ? (int)Math.Round((value - low) / (high - low) * (Sparks.Length - 1)) : 0];
        })) + "  " + figures;
    }
}
