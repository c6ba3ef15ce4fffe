using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Benchmarks.Learning;

/// <summary>
/// inclusive: PyTorch with packed, length-bucketed sequences and with 801 padded steps against our own kernels, on events with as many
/// particles as <c>standard</c> features have, and on padded events as <c>cern2019</c> features are.
/// </summary>
internal static class InclusiveContest
{
    internal const int Features = 14, Classes = 3, Batch = 128;

    private const int Events = 2048, PaddedEvents = 512, Epochs = 6;

    internal static void RunStandard(string folder, PythonPeers peers, int rounds, SpeedTable table)
    {
        var events = ToyEvents.DrawWithParticles(Events, Features, Classes);
        PythonPeers.Write(folder, events);
        var mean = (double)events.Particles!.Offsets.Span[^1] / Events;
        var contest = new Contest($"inclusive, standard ({mean:F0} particles on average), batch {Batch}, Adam", rounds, wanted: 8);
        peers.AddTo(contest, "packed, by length, ", "pytorch_inclusive.py", "packed", folder, $"{Events}", "1", $"{Batch}");
        peers.AddTo(contest, "801 padded steps, ", "pytorch_inclusive.py", "padded", folder, $"{PaddedEvents / 2}", "1", $"{Batch}");
        contest.Ours("our kernels", () => Ours(events, Epochs));
        contest.Run(table);
    }

    internal static void RunPadded(string folder, PythonPeers peers, int rounds, SpeedTable table)
    {
        var events = Padded(PaddedEvents);
        PythonPeers.Write(folder, events);
        var contest = new Contest($"inclusive, cern2019 (801 steps), batch {Batch}, Adam", rounds, wanted: 1.2);
        peers.AddTo(contest, "", "pytorch_inclusive.py", "padded", folder, $"{PaddedEvents}", "1", $"{Batch}");
        contest.Ours("our kernels", () => Ours(events, 3));
        contest.Run(table);
    }

    /// <summary>Events each with a row in its middle that stands for the rows that fill it up to 801.</summary>
    internal static LabelledEvents Padded(int count)
    {
        var events = ToyEvents.DrawWithParticles(count, Features, Classes);
        var offsets = events.Particles!.Offsets;
        var padding = new int[count];
        for (var i = 0; i < count; i++)
            padding[i] = (offsets.Span[i + 1] - offsets.Span[i]) / 2;
        return new LabelledEvents(
            events.Features, events.Labels, Features, new ParticleSequences(events.Particles.Values, offsets, padding));
    }

    private static Pace Ours(LabelledEvents events, int epochs) => TimedLoop.Run(
        () => ModelRegistry.CreateNetwork(InclusiveModel.ModelName, Features, Classes, seed: 1), events, epochs, Batch);
}
