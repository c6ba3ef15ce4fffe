using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Inference;
using DaprHep.Learning.Inference.Drift;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;
using DaprHep.Physics;

namespace DaprHep.Inference.Tests;

public class DriftTests
{
    private const int Window = 2000;
    private static readonly (RawEvents Events, sbyte[] Labels) Samples = RawEvents.OfSamples();

    [Theory]
    [InlineData("hlf")]
    [InlineData("inclusive")]
    [InlineData("sequence")]
    public void Events_like_those_of_training_raise_no_alarm_whenever_one_asks(string kind)
    {
        (Predictor predictor, int[] heldOut) = Trained(kind);
        var monitor = new DriftMonitor(predictor, Window);
        var random = new Random(3);
        for (int batch = 0; batch < 60; batch++)
        {
            Observe(monitor, predictor, Draw(random, heldOut));
            DriftReport report = monitor.Report();
            report.IsAlarm.ShouldBeFalse($"batch {batch}: {string.Join(", ", report.Drifted)}");
        }
        monitor.Report().Events.ShouldBeInRange(Window * 19 / 20, Window);
    }

    [Fact]
    public void Missing_energy_that_is_off_raises_an_alarm_by_name_which_ends_with_its_cause()
    {
        (Predictor predictor, int[] heldOut) = Trained("hlf");
        var monitor = new DriftMonitor(predictor, Window);
        var random = new Random(4);
        const int Met = 1;
        Feed(20, events =>
        {
            for (int i = 0; i < events.Count; i++)
                events.Hlf[i * HlfColumns.Count + Met] += 30;
        });
        DriftReport shifted = monitor.Report();
        shifted.IsAlarm.ShouldBeTrue();
        shifted.Drifted.ShouldContain(drift => drift.Name == "MET");
        shifted.Features.Where(drift => drift.Name is "LepPhi" or "NBJets" or "LepCharge").ShouldAllBe(drift => !drift.HasDrifted);

        Feed(25, _ => { });
        monitor.Report().IsAlarm.ShouldBeFalse();

        void Feed(int batches, Action<RawEvents> change)
        {
            for (int batch = 0; batch < batches; batch++)
            {
                RawEvents events = Draw(random, heldOut);
                change(events);
                Observe(monitor, predictor, events);
            }
        }
    }

    [Fact]
    public void Another_mixture_of_classes_shows_in_the_scores()
    {
        (Predictor predictor, int[] heldOut) = Trained("hlf");
        var monitor = new DriftMonitor(predictor, Window);
        var random = new Random(5);
        for (int batch = 0; batch < 20; batch++)
            Observe(monitor, predictor, Draw(random, [.. heldOut.Where(i => Samples.Labels[i] == 1)]));
        monitor.Report().Scores.Single(drift => drift.Name == "ttbar").HasDrifted.ShouldBeTrue();
    }

    [Fact]
    public void Lost_particles_show_in_their_number()
    {
        (Predictor predictor, int[] heldOut) = Trained("sequence");
        var monitor = new DriftMonitor(predictor, Window);
        var random = new Random(6);
        for (int batch = 0; batch < 20; batch++)
        {
            RawEvents events = Draw(random, heldOut);
            var offsets = new int[events.Count + 1];
            List<float> particles = [];
            for (int i = 0; i < events.Count; i++)
            {
                int kept = Math.Max(1, (events.Offsets[i + 1] - events.Offsets[i]) / 2);
                particles.AddRange(events.Particles.AsSpan(events.Offsets[i] * ParticleColumns.Count, kept * ParticleColumns.Count));
                offsets[i + 1] = offsets[i] + kept;
            }
            Observe(monitor, predictor, events with { Particles = [.. particles], Offsets = offsets });
        }
        monitor.Report().Drifted.ShouldContain(drift => drift.Name == DriftReference.ParticleCount);
    }

    [Fact]
    public void A_few_events_raise_no_alarm_however_strange()
    {
        (Predictor predictor, int[] heldOut) = Trained("hlf");
        var monitor = new DriftMonitor(predictor, Window);
        monitor.Report().Events.ShouldBe(0);
        for (int batch = 0; batch < 4; batch++)
            Observe(monitor, predictor, Samples.Events.Select([.. Enumerable.Repeat(heldOut[0], 100)]));
        monitor.Report().IsAlarm.ShouldBeFalse();
        Observe(monitor, predictor, Samples.Events.Select([.. Enumerable.Repeat(heldOut[0], 100)]));
        monitor.Report().IsAlarm.ShouldBeTrue();
    }

    [Fact]
    public void Threads_may_count_at_once_and_nothing_is_lost_or_allocated()
    {
        (Predictor predictor, int[] heldOut) = Trained("hlf");
        var monitor = new DriftMonitor(predictor, window: 100_000);
        RawEvents events = Samples.Events.Select(heldOut.AsSpan(0, 50));
        float[] probabilities = Models.Predict(predictor, events);
        Parallel.For(0, 400, _ => monitor.Observe(events.Hlf, events.Offsets, probabilities));
        monitor.Report().Events.ShouldBe(20_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        monitor.Observe(events.Hlf, events.Offsets, probabilities);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void References_that_are_none_are_refused()
    {
        (Predictor predictor, _) = Trained("hlf");
        DriftReference good = predictor.Description.Reference!;
        ReferenceHistogram first = good.Features[0];
        Refused(good with { Features = [.. good.Features.Skip(1)] }, "expected HT");
        Refused(With(first with { Edges = [.. first.Edges.Reverse()] }), "HT");
        Refused(With(first with { Counts = [.. first.Counts.Skip(1)] }), "HT");
        Refused(With(first with { Counts = [.. first.Counts.Select(_ => -1L)] }), "HT");
        using Classifier model = Models.Create("hlf", Samples.Events, Samples.Labels);
        Should.Throw<ModelFormatException>(() => new DriftMonitor(Models.PredictorOf(model, Samples.Events))).Message.ShouldContain("no reference");

        DriftReference With(ReferenceHistogram histogram) => good with { Features = [histogram, .. good.Features.Skip(1)] };

        void Refused(DriftReference reference, string mention)
        {
            using Classifier model = Models.Create("hlf", Samples.Events, Samples.Labels);
            Should.Throw<ModelFormatException>(() => Predictor.From(SavedModel.From(
                model, Models.Describe("hlf", Samples.Events) with { Reference = reference }))).Message.ShouldContain(mention);
        }
    }

    // Every other event is for training, the rest is held out.
    private static (Predictor Predictor, int[] HeldOut) Trained(string kind)
    {
        EventInputs all = Models.Prepare(Samples.Events, PhysicsProfile.Standard);
        var events = new LabelledEvents(all.Features, Samples.Labels, HlfColumns.Count, all.Particles);
        int[] rows = [.. Enumerable.Range(0, events.Count)];
        var data = new TrainingData(events.Select([.. rows.Where(i => i % 2 == 0)]), events.Select([.. rows.Where(i => i % 2 == 1)]));
        using Classifier model = TrainingLoop.Run(data, Models.Classes.Length, new TrainingOptions { Model = kind, Epochs = kind == "hlf" ? 10 : 1 }).Model;
        DriftReference? reference = DriftReference.Measure(model, data, HlfColumns.Names, Models.Classes);
        SavedModel saved = SavedModel.From(model, Models.Describe(kind, Samples.Events) with { Reference = reference });
        return (Predictor.From(saved), [.. rows.Where(i => i % 2 == 1)]);
    }

    private static RawEvents Draw(Random random, int[] from) =>
        Samples.Events.Select([.. Enumerable.Range(0, 100).Select(_ => from[random.Next(from.Length)])]);

    private static void Observe(DriftMonitor monitor, Predictor predictor, RawEvents events) =>
        monitor.Observe(events.Hlf, events.Offsets, Models.Predict(predictor, events));
}
