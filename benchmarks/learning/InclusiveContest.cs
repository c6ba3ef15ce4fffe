using System.Globalization;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Benchmarks.Learning;

/// <summary>
/// inclusive: PyTorch with packed, length-bucketed sequences and with 801 padded steps against our own kernels, on events with as many
/// particles as <c>standard</c> features have, and on padded events as <c>cern2019</c> features are.
/// </summary>
internal static class InclusiveContest
{
    private const int Events = 2048, PaddedEvents = 512, Features = 14, Classes = 3, Batch = 128, Epochs = 2;

    internal static void Run(string folder)
    {
        var events = ToyEvents.DrawWithParticles(Events, Features, Classes);
        PyTorchLoop.Write(folder, events);
        var particles = events.Particles!;
        var mean = (double)particles.Offsets.Span[^1] / Events;
        var contest = new Contest(
            $"inclusive, standard: {Events:N0} events of {mean:F0} particles on average, batch {Batch}, Adam", rounds: 3, asked: 8);
        contest.Add("packed, by length", true, () => Python("packed", Events, Epochs));
        contest.Add("801 padded steps", true, () => Python("padded", PaddedEvents, 1));
        contest.Add("our kernels (inclusive)", false, () => Ours(events, 1 + 3 * Epochs));
        contest.Run();

        var few = Padded(events, PaddedEvents);
        contest = new Contest($"inclusive, cern2019: {PaddedEvents} events of 801 steps, batch {Batch}, Adam", rounds: 3, asked: 1.2);
        contest.Add("801 padded steps", true, () => Python("padded", PaddedEvents, 1));
        contest.Add("our kernels (inclusive)", false, () => Ours(few, 1 + Epochs));
        contest.Run();

        (double, double) Python(string mode, int count, int epochs) => PyTorchLoop.Run(
            "pytorch_inclusive.py", mode, folder, count.ToString(CultureInfo.InvariantCulture), $"{epochs}", $"{Batch}", "1");
        static (double, double) Ours(LabelledEvents given, int epochs) => TimedLoop.Run(
            () => ModelRegistry.CreateNetwork(InclusiveModel.ModelName, Features, Classes, seed: 1), given, epochs, Batch);
    }

    /// <summary>The first events, each with a row in its middle that stands for padding.</summary>
    private static LabelledEvents Padded(LabelledEvents events, int count)
    {
        var offsets = events.Particles!.Offsets[..(count + 1)];
        var padding = new int[count];
        for (var i = 0; i < count; i++)
            padding[i] = (offsets.Span[i + 1] - offsets.Span[i]) / 2;
        return new LabelledEvents(
            events.Features[..(count * Features)], events.Labels[..count], Features,
            new ParticleSequences(events.Particles.Values, offsets, padding));
    }
}
