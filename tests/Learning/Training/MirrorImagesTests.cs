using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Tests.Models.Recurrent;
using DaprHep.Learning.Training;
using DaprHep.Learning.Tuning;

namespace DaprHep.Learning.Tests.Training;

public class MirrorImagesTests
{
    private const int Columns = ParticleSequences.Columns, Features = ToySequences.Features;

    // The features that mirroring changes are the second, the eighth and the ninth.
    private static readonly FeatureScaling[] Scaling =
    [
        .. Enumerable.Range(0, Features).Select(k => k switch
        {
            1 => new FeatureScaling("PhiMET", -3.1, 3.14),
            7 => new FeatureScaling("LepEta", -2.2, 2.4),
            8 => new FeatureScaling("LepPhi", -3.14, 3.0),
            _ => new FeatureScaling($"feature{k}", 0, 10),
        }),
    ];

    [Fact]
    public void An_image_is_what_the_feature_stage_would_have_made_of_the_mirrored_event()
    {
        var raw = Raw();
        var batch = Mirrored(raw, seed: 1, epoch: 0);
        var seen = new HashSet<int>();
        for (var i = 0; i < batch.Count; i++)
        {
            var matches = Enumerable.Range(0, 4).Where(image => Matches(raw, i, image, batch)).ToArray();
            matches.Length.ShouldBe(1, $"event {i}");
            seen.Add(matches[0]);
        }

        seen.Count.ShouldBe(4);
    }

    [Fact]
    public void Which_image_it_is_depends_on_seed_epoch_and_event_alone()
    {
        var raw = Raw();
        var first = Mirrored(raw, 1, 0);
        Values(Mirrored(raw, 1, 0)).ShouldBe(Values(first));
        Values(Mirrored(raw, 1, 1)).ShouldNotBe(Values(first));
        Values(Mirrored(raw, 2, 0)).ShouldNotBe(Values(first));

        // Alone in its batch, an event has the same image.
        var alone = Mirrored(raw, 1, 0, [5]);
        alone.Features[..Features].ShouldBe(first.Features[(5 * Features)..(6 * Features)]);
    }

    [Fact]
    public void The_events_themselves_stay_what_they_are()
    {
        var events = Standardised(Raw(), 0);
        var before = events.Particles!.Values.ToArray();
        var batch = new EventBatch(events.Count, Features);
        batch.Gather(events, Enumerable.Range(0, events.Count).ToArray());
        new MirrorImages(Scaling, events.Count).Apply(batch, events, 1, 0);
        events.Particles.Values.ToArray().ShouldBe(before);
    }

    [Fact]
    public void Events_whose_scaling_is_not_known_are_refused()
    {
        var data = new TrainingData(Standardised(Raw(), 0), Standardised(Raw(), 0));
        Should.Throw<TrainingDataException>(() => TrainingLoop.Run(data, 3, new TrainingOptions { Mirror = true }))
            .Message.ShouldBe("Mirror images need feature LepEta and its scaling, and the events come without");
    }

    [Theory]
    [InlineData("hlf")]
    [InlineData("inclusive")]
    public void Models_learn_from_images(string model)
    {
        var data = new TrainingData(Scaled(), Standardised(Raw(), 0));
        var options = new TrainingOptions { Model = model, Epochs = 30, BatchSize = 16, Mirror = true };
        var outcome = TrainingLoop.Run(data, 3, options);
        outcome.Model.Dispose();
        outcome.Epochs[^1].TrainLoss.ShouldBeLessThan(outcome.Epochs[0].TrainLoss);
    }

    [Fact]
    public void A_search_trains_models_that_read_particles_with_images_as_any_training_does()
    {
        var folds = new TrainingFolds(Scaled(), 3, 2);
        var study = new StudyOptions { Model = "sequence", Algorithm = TuningAlgorithm.Random, Epochs = 3 };
        var run = new TrialRun(0, 0, 1, HyperParameters.None, 0, 3, 3, null);
        var found = TrialTraining.Run(run, study, folds.Of(1), 3, threads: 1, null, null);

        LossOf(ModelRegistry.UsualTrainingOf("sequence")).ShouldBe(found.Loss!.Value);
        LossOf(ModelRegistry.UsualTrainingOf("sequence") with { Mirror = false }).ShouldNotBe(found.Loss!.Value);

        double LossOf(TrainingOptions options)
        {
            using var model = TrainingLoop.Run(folds.Of(1), 3, options with { Epochs = 3 }).Model;
            return Judgement.Of(model, folds.Of(1).Test)!.Loss;
        }
    }

    [Theory]
    [InlineData("hlf", 50, false)]
    [InlineData("trees", 50, false)]
    [InlineData("sequence", 25, true)]
    [InlineData("inclusive", 25, true)]
    [InlineData("lstm", 25, true)]
    public void Images_are_usual_for_models_that_read_particles(string model, int epochs, bool mirror) =>
        ModelRegistry.UsualTrainingOf(model).ShouldBe(new TrainingOptions { Model = model, Epochs = epochs, Mirror = mirror });

    private static LabelledEvents Scaled()
    {
        var events = Standardised(Raw(), 0);
        return new LabelledEvents(events.Features, events.Labels, events.FeatureCount, events.Particles) { Scaling = Scaling };
    }

    private static LabelledEvents Raw() => ToySequences.Draw(ToySequences.Lengths(60, 2, 9));

    private static EventBatch Mirrored(LabelledEvents raw, ulong seed, int epoch, int[]? rows = null)
    {
        var events = Standardised(raw, 0);
        var batch = new EventBatch(events.Count, Features);
        batch.Gather(events, rows ?? [.. Enumerable.Range(0, events.Count)]);
        new MirrorImages(Scaling, events.Count).Apply(batch, events, seed, epoch);
        return batch;
    }

    private static bool Matches(LabelledEvents raw, int index, int image, EventBatch batch)
    {
        var events = Standardised(raw, image);
        var expected = events.Particles!.Values.Span[
            (events.Particles.Offsets.Span[index] * Columns)..(events.Particles.Offsets.Span[index + 1] * Columns)];
        var found = batch.Particles!.Values.Span[
            (batch.Particles.Offsets.Span[index] * Columns)..(batch.Particles.Offsets.Span[index + 1] * Columns)];
        return Near(expected, found)
            && Near(events.Features.Span.Slice(index * Features, Features), batch.Features.AsSpan(index * Features, Features));
    }

    private static bool Near(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        for (var i = 0; i < left.Length; i++)
        {
            if (Math.Abs(left[i] - right[i]) > 1e-5)
                return false;
        }

        return left.Length == right.Length;
    }

    /// <summary>What the feature stage does: mirror the event where asked for, scale its features, standardise its particles.</summary>
    private static LabelledEvents Standardised(LabelledEvents raw, int image)
    {
        int[] signs = [.. Enumerable.Repeat(1, Columns)];
        int[] featureSigns = [.. Enumerable.Repeat(1, Features)];
        if ((image & 1) != 0)
            (signs[3], signs[5], signs[9], featureSigns[7]) = (-1, -1, -1, -1);
        if ((image & 2) != 0)
            (signs[2], signs[6], signs[8], featureSigns[1], featureSigns[8]) = (-1, -1, -1, -1, -1);

        var features = raw.Features.ToArray();
        for (var i = 0; i < features.Length; i++)
            features[i] = Scaling[i % Features].Apply(features[i] * featureSigns[i % Features]);

        var particles = raw.Particles!.Values.ToArray();
        var offsets = raw.Particles.Offsets.Span;
        for (var index = 0; index < raw.Count; index++)
        {
            for (var column = 0; column < Columns; column++)
            {
                var rows = Enumerable.Range(offsets[index], offsets[index + 1] - offsets[index])
                    .Select(row => row * Columns + column).ToArray();
                var values = Array.ConvertAll(rows, at => (double)particles[at] * signs[column]);
                var mean = values.Average();
                var deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
                for (var k = 0; k < rows.Length; k++)
                    particles[rows[k]] = (float)((values[k] - mean) / deviation);
            }
        }

        return new LabelledEvents(features, raw.Labels, Features, new ParticleSequences(particles, raw.Particles.Offsets, default));
    }

    private static float[] Values(EventBatch batch) => [.. batch.Features, .. batch.Particles!.Values.Span];
}
