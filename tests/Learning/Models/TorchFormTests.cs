using DaprHep.Learning.Checkpoints;
using DaprHep.Learning.Models;
using DaprHep.Learning.Models.Dense;
using DaprHep.Learning.Models.Recurrent;
using DaprHep.Learning.Models.Torch;
using DaprHep.Learning.Tests.Models.Recurrent;
using DaprHep.Learning.Training;
using TorchSharp;

namespace DaprHep.Learning.Tests.Models;

/// <summary>The registered networks as they are computed on a GPU, here by libtorch on the CPU, against our own kernels.</summary>
public class TorchFormTests
{
    private const float Tolerance = 1e-5f;

    public static TheoryData<string> Networks => ["hlf", "sequence", "inclusive", "lstm"];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Scores_loss_and_gradients_are_those_of_our_kernels(string name)
    {
        using var ours = Create(name);
        using var theirs = new TorchClassifier(Create(name), torch.CPU, seed: 1);
        ours.ClassWeights = theirs.ClassWeights = [0.5f, 1, 2];
        // Events without particles among them, and some that are padded.
        var events = Events([12, 0, 3, 40, 1, 0, 7]);
        var (own, others) = (new float[events.Count * 3], new float[events.Count * 3]);
        ours.Logits(events, own);
        theirs.Logits(events, others);
        ShouldAgree(others, own, "scores");

        var batch = ToySequences.BatchOf(events);
        foreach (var model in new NeuralClassifier[] { ours, theirs })
            model.Forward(batch);
        theirs.Loss().ShouldBe(ours.Loss(), Tolerance);
        theirs.BatchLogits(others);
        ShouldAgree(others, own, "scores of the batch");
        ours.Backward();
        theirs.Backward();
        var expected = GradientsOf(ours).ToDictionary(gradient => gradient.Name);
        var gradients = theirs.ExportGradients();
        gradients.Count.ShouldBe(expected.Count);
        foreach (var gradient in gradients)
            ShouldAgree(gradient.Values, expected[gradient.Name].Values, gradient.Name);
        theirs.ClipGradients(0.01).ShouldBe(ours.ClipGradients(0.01), 1e-5);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Steps_of_training_have_the_losses_of_our_kernels_and_drop_the_same(string name)
    {
        using var ours = ModelRegistry.CreateNetwork(name, ToySequences.Features, ToySequences.Classes, seed: 5);
        using var theirs = new TorchClassifier(
            ModelRegistry.CreateNetwork(name, ToySequences.Features, ToySequences.Classes, seed: 5), torch.CPU, seed: 5);
        for (var step = 0; step < 3; step++)
        {
            var batch = ToySequences.BatchOf(ToySequences.Draw(ToySequences.Lengths(20, 0, 30, seed: step + 1), seed: step + 1));
            Learn(theirs, batch).ShouldBe(Learn(ours, batch), Tolerance, $"step {step}");
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Weights_and_optimizer_go_both_ways_unchanged(string name)
    {
        using var ours = Create(name);
        var batch = ToySequences.BatchOf(ToySequences.Draw(ToySequences.Lengths(20, 0, 30)));
        Learn(ours, batch);
        using var theirs = new TorchClassifier(Create(name, seed: 8), torch.CPU, seed: 1);
        theirs.ImportWeights(ours.ExportWeights());
        theirs.ImportOptimizer(ours.ExportOptimizer());
        Sorted(theirs.ExportWeights()).ShouldBe(Sorted(ours.ExportWeights()));
        theirs.ExportOptimizer().Steps.ShouldBe(1);
        Sorted(theirs.ExportOptimizer().Mean).ShouldBe(Sorted(ours.ExportOptimizer().Mean));
        Sorted(theirs.ExportOptimizer().MeanSquare).ShouldBe(Sorted(ours.ExportOptimizer().MeanSquare));

        // The next step needs all of it.
        Learn(theirs, batch).ShouldBe(Learn(ours, batch), Tolerance);
        using var back = theirs.OwnKernels();
        Sorted(back.ExportWeights()).Zip(Sorted(ours.ExportWeights())).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-4f);
    }

    [Theory]
    [InlineData("hlf", false)]
    [InlineData("inclusive", false)]
    [InlineData("hlf", true)]
    public async Task A_training_that_was_interrupted_ends_with_the_weights_of_one_that_was_not(string name, bool scaled)
    {
        var drawn = ToySequences.Draw(ToySequences.Lengths(90, 0, 20));
        var data = new TrainingData(drawn, drawn);
        var options = new TrainingOptions { Model = name, Epochs = 4, BatchSize = 32, ByLibTorch = true, MixedPrecision = scaled };
        using var undisturbed = TrainingLoop.Run(data, 3, options).Model;
        undisturbed.ShouldNotBeOfType<TorchClassifier>("what is saved and used is computed by our own kernels");

        var folder = Directory.CreateTempSubdirectory("daprhep-device-");
        try
        {
            var checkpoints = new CheckpointStore(Data.Objects.ObjectStore.Open(folder.FullName), "checkpoints");
            TrainingLoop.Run(data, 3, options with { PauseAfter = 2 }, new TrainingProgress(), checkpoints).Model.Dispose();
            (await checkpoints.AnyAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
            using var resumed = TrainingLoop.Run(data, 3, options, new TrainingProgress(), checkpoints).Model;
            resumed.ExportWeights().SelectMany(weight => weight.Values)
                .ShouldBe(undisturbed.ExportWeights().SelectMany(weight => weight.Values));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Dropout_drops_while_training_only_and_something_else_in_every_step()
    {
        using var model = new TorchClassifier(
            ModelRegistry.CreateNetwork("inclusive", ToySequences.Features, 3, seed: 1), torch.CPU, seed: 1);
        var events = Events([5, 9, 2, 14]);
        model.Probabilities(events).ShouldBe(model.Probabilities(events));
        var batch = ToySequences.BatchOf(events);
        var (first, again, next) = (new float[12], new float[12], new float[12]);
        model.Forward(batch);
        model.BatchLogits(first);
        model.Forward(batch);
        model.BatchLogits(again);
        again.ShouldBe(first);
        Learn(model, batch, learningRate: 1e-12);
        model.Forward(batch);
        model.BatchLogits(next);
        next.ShouldNotBe(first);
    }

    [Fact]
    public void Padding_that_is_collapsed_counts_as_often_as_it_is_repeated()
    {
        var drawn = ToySequences.Draw([40, 1, 90]);
        var collapsed = new LabelledEvents(
            drawn.Features, drawn.Labels, drawn.FeatureCount,
            new ParticleSequences(drawn.Particles!.Values, drawn.Particles.Offsets, new[] { 17, 0, 89 }));
        using var ours = Create("inclusive");
        using var theirs = new TorchClassifier(Create("inclusive"), torch.CPU, seed: 1);
        ShouldAgree(theirs.Probabilities(collapsed), ours.Probabilities(collapsed), "probabilities");
    }

    [Fact]
    public void A_step_whose_scaled_gradients_overflow_is_seen_and_the_scale_halved()
    {
        using var network = Create("hlf").TorchForm();
        using var scope = torch.NewDisposeScope();
        var parameters = network.parameters().ToArray();
        parameters.Select(parameter => parameter.sum()).Aggregate((sum, next) => sum + next).backward();
        NativeLayers.ScaleGradients(parameters, 0.5);
        parameters[0].grad!.data<float>().ToArray()[0].ShouldBe(0.5f);
        NativeLayers.AreGradientsFinite(parameters).ShouldBeTrue();
        parameters[1].grad!.fill_(float.PositiveInfinity);
        NativeLayers.AreGradientsFinite(parameters).ShouldBeFalse();

        var scale = new LossScale();
        scale.After(finite: false);
        scale.Value.ShouldBe(32768);
        for (var step = 0; step < 2000; step++)
            scale.After(finite: true);
        scale.Value.ShouldBe(65536);
    }

    [Fact]
    public void The_scale_of_the_loss_is_part_of_a_checkpoint()
    {
        var state = new LossScaleState(Value: 4096, GoodSteps: 1999);
        using var model = new TorchClassifier(Create("hlf"), torch.CPU, seed: 5, mixed: true);
        var optimizer = model.ExportOptimizer();
        optimizer.LossScale.ShouldBe(new LossScaleState(65536, 0));
        var training = TrainingIdentity.Of(new TrainingData(Events([1]), Events([1])), 3, new TrainingOptions());
        var (tensors, record) = new Checkpoint(
            new TrainingState(), model.ExportWeights(), optimizer with { LossScale = state }, []).Write(0, training);
        model.ImportOptimizer(Checkpoint.Read(Checkpoint.ReadRecord(record)!, tensors)!.Optimizer);
        model.ExportOptimizer().LossScale.ShouldBe(state);

        Learn(model, ToySequences.BatchOf(Events([3, 4, 5])));
        model.ExportOptimizer().LossScale.ShouldBe(new LossScaleState(8192, 2000));
    }

    [Fact]
    public void A_device_that_is_not_there_is_refused_with_what_was_found()
    {
        if (CudaDevice.Obstacle is { } obstacle)
        {
            obstacle.ShouldContain($"libtorch {torch.__version__}");
            Should.Throw<TrainingDeviceException>(() => new TrainingOptions { Device = TrainingDevice.Cuda }.CheckDevice())
                .Message.ShouldBe($"device cuda cannot be used: {obstacle}");
        }
        else
        {
            new TrainingOptions { Device = TrainingDevice.Cuda }.CheckDevice();
        }

        Should.Throw<TrainingDeviceException>(() => new TrainingOptions { Model = "trees", Device = TrainingDevice.Cuda }.CheckDevice())
            .Message.ShouldBe("model 'trees' is no network and is trained on the CPU: leave the device out");
        Should.Throw<TrainingDeviceException>(() => new TrainingOptions { MixedPrecision = true }.CheckDevice())
            .Message.ShouldBe("mixed precision is for GPUs alone: ask for device cuda too, or leave it out");
    }

    private static NeuralClassifier Create(string name, ulong seed = 5) => ModelRegistry.CreateNetwork(
        name, ToySequences.Features, ToySequences.Classes, seed,
        name == "hlf" ? HyperParameters.None : HyperParameters.Parse(["dropout=0"]));

    private static LabelledEvents Events(int[] lengths) => ToySequences.Draw(lengths);

    private static float Learn(NeuralClassifier model, EventBatch batch, double learningRate = 1e-2)
    {
        model.Forward(batch);
        var loss = model.Loss();
        model.Backward();
        model.Step(learningRate);
        return loss;
    }

    private static IReadOnlyList<NamedTensor> GradientsOf(NeuralClassifier model) =>
        model is DenseNetwork dense ? dense.ExportGradients() : ((RecurrentNetwork)model).ExportGradients();

    private static float[] Sorted(IEnumerable<NamedTensor> tensors) =>
        [.. tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal).SelectMany(tensor => tensor.Values)];

    private static void ShouldAgree(float[] ours, float[] theirs, string what)
    {
        ours.Length.ShouldBe(theirs.Length);
        for (var i = 0; i < ours.Length; i++)
            ours[i].ShouldBe(theirs[i], Tolerance * Math.Max(1, Math.Abs(theirs[i])), $"{what}, element {i}");
    }
}
