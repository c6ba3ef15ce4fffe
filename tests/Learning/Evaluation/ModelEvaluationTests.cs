using DaprHep.Data.Events;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tests.Evaluation;

public sealed class ModelEvaluationTests : IDisposable
{
    private static readonly sbyte[] Labels = [0, 1, 2, 2, 1, 0, 0, 1, 2, 1];

    private readonly TestShards _shards = new();

    public void Dispose() => _shards.Dispose();

    [Theory]
    [InlineData("hlf")]
    [InlineData("inclusive")]
    public async Task A_saved_model_is_judged_by_all_test_shards(string name)
    {
        await _shards.WriteAsync([Labels, Labels, Labels]);
        var result = await EvaluateAsync(Model(name));
        result.Metrics.TestEvents.ShouldBe(30);
        result.Metrics.Confusion.Sum(row => row.Sum()).ShouldBe(30);
        result.Importance!.Features.Select(feature => feature.Feature).ShouldBe(TestShards.FeatureNames);
        (await EvaluateAsync(Model(name))).Metrics.ToJson().ToJsonString().ShouldBe(result.Metrics.ToJson().ToJsonString());
    }

    [Fact]
    public async Task A_test_set_is_known_by_its_events_however_they_are_cut_into_shards()
    {
        await _shards.WriteAsync([Labels, Labels]);
        var digest = (await EvaluateAsync(Model("hlf"))).TestSet;
        using var other = new TestShards();
        await other.WriteAsync([[.. Labels, .. Labels]]);
        (await ModelEvaluation.RunAsync(other.Store, TestShards.Statistics, Model("hlf"), 1)).TestSet.ShouldBe(digest);
        using var fewer = new TestShards();
        await fewer.WriteAsync([Labels]);
        (await ModelEvaluation.RunAsync(fewer.Store, TestShards.Statistics, Model("hlf"), 1)).TestSet.ShouldNotBe(digest);
    }

    [Fact]
    public async Task A_class_without_test_events_is_named()
    {
        await _shards.WriteAsync([[0, 2, 2, 0]]);
        (await Should.ThrowAsync<TrainingDataException>(() => EvaluateAsync(Model("hlf")))).Message.ShouldContain("ttbar has no test events");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public async Task A_feature_that_is_not_finite_is_named(float value)
    {
        await _shards.WriteAsync([Labels], first: value);
        (await Should.ThrowAsync<TrainingDataException>(() => EvaluateAsync(Model("hlf")))).Message.ShouldContain("Feature 0 (f0) of event 0");
    }

    [Fact]
    public async Task A_model_that_expects_other_numbers_is_refused()
    {
        await _shards.WriteAsync([Labels]);
        await ShouldRefuse(Description with { Physics = "cern2019" }, "trained on cern2019 features; the dataset has standard ones");
        await ShouldRefuse(Description with { Classes = ["qcd", "wjets", "ttbar"] }, "qcd, wjets, ttbar");
        await ShouldRefuse(WithFeature(3, new FeatureScaling("MT", 0, 1)), "MT");
        await ShouldRefuse(WithFeature(3, new FeatureScaling("f3", 0, 2)), "feature f3 scaled from [0, 2]");

        static ModelDescription WithFeature(int index, FeatureScaling feature) =>
            Description with { Features = [.. Description.Features.Select((own, k) => k == index ? feature : own)] };

        async Task ShouldRefuse(ModelDescription description, string mention) =>
            (await Should.ThrowAsync<ModelFormatException>(() => EvaluateAsync(Model("hlf", description)))).Message.ShouldContain(mention);
    }

    [Fact]
    public async Task Weights_of_another_model_are_refused()
    {
        await _shards.WriteAsync([Labels]);
        var mixed = Model("inclusive") with { Weights = Model("hlf").Weights };
        (await Should.ThrowAsync<ModelFormatException>(() => EvaluateAsync(mixed))).Message.ShouldContain("not of one model");
    }

    private static ModelDescription Description => new()
    {
        Model = "",
        Features = [.. TestShards.FeatureNames.Select(name => new FeatureScaling(name, 0, 1))],
        Classes = EventClasses.Names,
        Physics = "standard",
    };

    private static SavedModel Model(string name, ModelDescription? description = null)
    {
        using var model = ModelRegistry.Create(name, EventSchema.Features, EventClasses.Names.Count, seed: 1);
        return SavedModel.From(model, description ?? Description);
    }

    private Task<EvaluationResult> EvaluateAsync(SavedModel model) =>
        ModelEvaluation.RunAsync(_shards.Store, TestShards.Statistics, model, seed: 1);
}
