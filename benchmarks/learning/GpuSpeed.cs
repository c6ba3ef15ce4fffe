using DaprHep.Learning.Models;
using DaprHep.Learning.Models.Torch;
using DaprHep.Learning.Training;

namespace DaprHep.Benchmarks.Learning;

/// <summary>inclusive on a GPU, on events with as many particles as <c>standard</c> features have.</summary>
internal static class GpuSpeed
{
    /// <summary>Events of the published training, and what an epoch of them may take.</summary>
    private const double PublishedEvents = 3.43e6, WantedSeconds = 60;

    private const int Events = 1 << 17, Epochs = 3;

    /// <returns>The exit code: 1 where no way is as fast as wanted.</returns>
    internal static int Run(int[] batches)
    {
        if (CudaDevice.Obstacle is { } obstacle)
        {
            Console.WriteLine($"no GPU, nothing measured: {obstacle}");
            return 0;
        }

        var events = ToyEvents.DrawWithParticles(Events, InclusiveContest.Features, InclusiveContest.Classes);
        var mean = (double)events.Particles!.Offsets.Span[^1] / Events;
        Console.WriteLine($"inclusive, {mean:F0} particles on average, Adam, the faster of epochs 2 to {Epochs}");
        var met = false;
        foreach (var batch in batches.Length > 0 ? batches : [1024, 4096])
        {
            foreach (var mixed in new[] { false, true })
            {
                var rate = Rate(events, batch, mixed);
                var epoch = PublishedEvents / rate;
                met |= epoch <= WantedSeconds;
                Console.WriteLine(
                    $"batch {batch,6} {(mixed ? "float16" : "float32")}: {rate,9:F0} events/s, "
                    + $"an epoch of 3.43 million events {epoch:F1} s (wanted {WantedSeconds:F0})");
            }
        }

        return met ? 0 : 1;
    }

    private static double Rate(LabelledEvents events, int batch, bool mixed)
    {
        var options = new TrainingOptions
        {
            Model = InclusiveModel.ModelName,
            BatchSize = batch,
            Epochs = Epochs,
            Device = TrainingDevice.Cuda,
            MixedPrecision = mixed,
        };
        var rates = new List<double>();
        var nothing = ToyEvents.DrawWithParticles(0, InclusiveContest.Features, InclusiveContest.Classes);
        using var model = TrainingLoop.Run(
            new TrainingData(events, nothing), InclusiveContest.Classes, options, report => rates.Add(report.EventsPerSecond)).Model;
        return rates.Skip(1).Max();
    }
}
