using DaprHep.Data.Objects;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Inference;
using DaprHep.Learning.Models;
using DaprHep.Learning.Models.Torch;
using DaprHep.Learning.Training;
using DaprHep.Physics;
using FsCheck;
using FsCheck.Fluent;

namespace DaprHep.Inference.Tests;

public class KernelTests
{
    private static readonly (RawEvents Events, sbyte[] Labels) Samples = RawEvents.OfSamples();

    [Theory]
    [InlineData("hlf")]
    [InlineData("inclusive")]
    [InlineData("lstm")]
    [InlineData("sequence")]
    public void Probabilities_are_those_of_libtorch(string kind)
    {
        using Classifier model = Models.Create(kind, Samples.Events, Samples.Labels);
        Predictor predictor = Models.PredictorOf(model, Samples.Events);
        using var torch = new TorchClassifier((NeuralClassifier)Models.Create(kind, Samples.Events, Samples.Labels), TorchSharp.torch.CPU, seed: 1);
        float[] expected = torch.Probabilities(Models.Prepare(Samples.Events, PhysicsProfile.Standard));
        float[] together = Models.Predict(predictor, Samples.Events);
        float[] alone = Models.Predict(predictor, Samples.Events.Select(17));
        for (int i = 0; i < expected.Length; i++)
            together[i].ShouldBe(expected[i], 1e-5f, $"event {i / 3}, class {i % 3}");
        for (int c = 0; c < 3; c++)
            alone[c].ShouldBe(expected[17 * 3 + c], 1e-5f);
    }

    [Theory]
    [InlineData("hlf", "standard")]
    [InlineData("inclusive", "standard")]
    [InlineData("inclusive", "cern2019")]
    [InlineData("lstm", "standard")]
    [InlineData("sequence", "cern2019")]
    public void What_libtorch_computes_for_large_batches_is_what_our_own_kernels_compute(string kind, string physics)
    {
        using Classifier model = Models.Create(kind, Samples.Events, Samples.Labels);
        SavedModel files = SavedModel.From(model, Models.Describe(kind, Samples.Events, physics));
        // More than a block; of the events that the published physics pads to 801 particles, enough for all lengths.
        int count = physics == "standard" ? 1200 : 100;
        RawEvents events = Samples.Events.Select([.. Enumerable.Range(0, count).Select(i => i % 300)]);
        Predictor torch = Predictor.ByLibTorch(files, TorchSharp.torch.CPU);
        Models.Predict(torch, events).ShouldBe(Models.Predict(Predictor.From(files), events), 1e-5);
        Models.Predict(torch, events.Select(3)).ShouldBe(Models.Predict(Predictor.From(files), events.Select(3)), 1e-5);
    }

    [Fact]
    public async Task A_GPU_is_refused_where_there_is_none_and_for_trees()
    {
        using Classifier trees = Models.Create("trees", Samples.Events, Samples.Labels);
        SavedModel files = SavedModel.From(trees, Models.Describe("trees", Samples.Events));
        Should.Throw<TrainingDeviceException>(() => Predictor.ByLibTorch(files, TorchSharp.torch.CPU)).Message.ShouldContain("is no network");
        if (CudaDevice.Obstacle is not { } obstacle)
            return;
        DirectoryInfo folder = Directory.CreateTempSubdirectory("inference-device-");
        try
        {
            File.WriteAllBytes(Path.Combine(folder.FullName, SavedModel.WeightsName), files.Weights);
            File.WriteAllBytes(Path.Combine(folder.FullName, SavedModel.DescriptionName), files.Description);
            (ObjectStore store, string prefix) = ObjectStore.OpenAt(folder.FullName);
            (await Should.ThrowAsync<TrainingDeviceException>(() => Predictor.LoadAsync(store, prefix, TrainingDevice.Cuda)))
                .Message.ShouldContain(obstacle);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Networks_of_any_size_give_a_single_event_the_bits_that_it_has_in_a_tile() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).ToArbitrary(),
        seed =>
        {
            var random = new Random(seed);
            string kind = random.Next(2) == 0 ? "inclusive" : "lstm";
            HyperParameters parameters = HyperParameters.Parse([$"units={random.Next(1, 90)}", $"hidden={random.Next(0, 30)}"]);
            using Classifier model = ModelRegistry.Create(kind, HlfColumns.Count, Models.Classes.Length, (ulong)seed, parameters);
            Predictor predictor = Models.PredictorOf(model, Samples.Events);
            int[] picked = [.. Enumerable.Range(0, 16).Select(_ => random.Next(Samples.Events.Count))];
            float[] tile = Models.Predict(predictor, Samples.Events.Select(picked));
            for (int i = 0; i < picked.Length; i++)
                Models.Predict(predictor, Samples.Events.Select(picked[i])).ShouldBe(tile[(3 * i)..(3 * i + 3)]);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Models.Kinds), MemberType = typeof(Models))]
    public void A_call_allocates_nothing_once_its_memory_has_grown(string kind)
    {
        using Classifier model = Models.Create(kind, Samples.Events, Samples.Labels);
        Predictor predictor = Models.PredictorOf(model, Samples.Events);
        RawEvents many = Samples.Events.Select([.. Enumerable.Range(0, 300)]);
        RawEvents[] few = [Samples.Events.Select(0), Samples.Events.Select(5, 6, 7)];
        var probabilities = new float[300 * 3];
        // The second round is warm; what the first left behind must do for it.
        Repeat();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Repeat();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Repeat()
        {
            for (int i = 0; i < 50; i++)
            {
                if (i % 10 == 0)
                    Call(many);
                foreach (RawEvents call in few)
                    Call(call);
            }
        }

        void Call(RawEvents call) =>
            predictor.Predict(call.Hlf, call.Particles, call.Offsets, probabilities.AsSpan(0, call.Count * 3));
    }
}
