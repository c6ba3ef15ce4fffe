using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Models;

namespace DaprHep.Learning.Tests.Artifacts;

public class SavedModelTests
{
    private static readonly ModelDescription Description = new()
    {
        Model = "hlf",
        Features = Enumerable.Range(0, 14).Select(i => new FeatureScaling($"f{i}", i, 2 * i + 1)).ToArray(),
        Classes = ["qcd", "ttbar", "wjets"],
        Physics = "standard",
        Metrics = Evaluator.Evaluate([1, 0, 0], [0], ["qcd", "ttbar", "wjets"]).Metrics,
        Lineage = new JsonObject { ["seed"] = 3 },
    };

    [Fact]
    public void A_loaded_model_predicts_what_the_saved_one_did()
    {
        using var model = ModelRegistry.Create("hlf", 14, 3, seed: 5);
        var events = HlfSamples.Load().Test.Features;
        var saved = SavedModel.From(model, Description);
        var (loaded, description) = saved.Load();
        using (loaded)
        {
            loaded.Probabilities(events).ShouldBe(model.Probabilities(events));
            description.Features.ShouldBe(Description.Features);
            description.Classes.ShouldBe(Description.Classes);
            description.Physics.ShouldBe("standard");
            description.Metrics!.Accuracy.ShouldBe(1);
            description.Lineage!["seed"]!.GetValue<int>().ShouldBe(3);
            SavedModel.From(loaded, description).Weights.ShouldBe(saved.Weights);
            SavedModel.From(loaded, description).Description.ShouldBe(saved.Description);
        }
    }

    [Theory]
    [InlineData("hlf", """{"hidden":[7,5]}""")]
    [InlineData("sequence", """{"dropout":0.5,"units":6}""")]
    [InlineData("inclusive", """{"dropout":0,"hidden":0,"units":8}""")]
    [InlineData("lstm", """{"dropout":0.1,"hidden":4,"units":3}""")]
    public void A_model_of_other_widths_loads_again(string name, string parameters)
    {
        var given = JsonSerializer.Deserialize<HyperParameters>(parameters)!;
        using var model = ModelRegistry.Create(name, 14, 3, seed: 5, given);
        var (loaded, description) = SavedModel.From(model, Description).Load();
        using (loaded)
        {
            description.Parameters.ShouldBe(given);
            loaded.Parameters.ShouldBe(given);
            loaded.ExportWeights().Select(weight => string.Join(' ', weight.Shape))
                .ShouldBe(model.ExportWeights().Select(weight => string.Join(' ', weight.Shape)));
        }
    }

    [Fact]
    public void A_description_without_hyper_parameters_has_their_defaults()
    {
        using var model = ModelRegistry.Create("hlf", 14, 3, seed: 5);
        var saved = SavedModel.From(model, Description);
        var json = JsonNode.Parse(saved.Description)!.AsObject();
        json.Remove("parameters").ShouldBeTrue();
        var (loaded, _) = (saved with { Description = Encoding.UTF8.GetBytes(json.ToJsonString()) }).Load();
        using (loaded)
            loaded.Parameters.ToString().ShouldBe("""{"hidden":[50,20,10]}""");
    }

    [Theory]
    [InlineData("""{"hidden":[2000000000]}""", "model.json: Hyper-parameter 'hidden': expected a list of at most 16 whole numbers")]
    [InlineData("""{"units":5}""", "model.json: Hyper-parameter 'units': model 'hlf' does not take it; it takes hidden")]
    [InlineData("""[]""", "expected an object of hyper-parameters")]
    [InlineData("""{"hidden":[[5]]}""", "hyper-parameter 'hidden': expected a finite number")]
    public void Hyper_parameters_that_make_no_sense_are_refused(string parameters, string reason)
    {
        using var model = ModelRegistry.Create("hlf", 14, 3, seed: 5);
        var saved = SavedModel.From(model, Description);
        var json = JsonNode.Parse(saved.Description)!.AsObject();
        json["parameters"] = JsonNode.Parse(parameters);
        Should.Throw<ModelFormatException>(() => (saved with { Description = Encoding.UTF8.GetBytes(json.ToJsonString()) }).Load())
            .Message.ShouldContain(reason);
    }

    [Fact]
    public void Features_are_scaled_by_their_training_range()
    {
        var scaled = new float[14];
        Description.Scale(Enumerable.Range(0, 14).Select(i => 1.5f * i + 0.5f).ToArray(), scaled);
        scaled.ShouldAllBe(value => value == 0.5f);
        new FeatureScaling("constant", 3, 3).Apply(7).ShouldBe(0.5f);
    }

    [Fact]
    public void Weights_of_another_model_are_refused()
    {
        using var one = ModelRegistry.Create("hlf", 14, 3, seed: 1);
        using var other = ModelRegistry.Create("hlf", 14, 3, seed: 2);
        var mixed = SavedModel.From(one, Description) with { Weights = SavedModel.From(other, Description).Weights };
        Should.Throw<ModelFormatException>(() => mixed.Load()).Message.ShouldContain("not of one model");
    }

    [Fact]
    public void Weights_that_do_not_fit_are_refused_by_name()
    {
        using var model = ModelRegistry.Create("hlf", 14, 3, seed: 1);
        var weights = model.ExportWeights();
        Should.Throw<ModelFormatException>(() => model.ImportWeights(weights.Skip(1).ToArray())).Message
            .ShouldContain($"lack tensor '{weights[0].Name}'");
        Should.Throw<ModelFormatException>(() => model.ImportWeights([.. weights, new("more", [1], [0])])).Message.ShouldContain("more");
        Should.Throw<ModelFormatException>(() => model.ImportWeights([weights[0] with { Shape = [14, 50] }, .. weights.Skip(1)])).Message
            .ShouldContain("has shape [14, 50]; model 'hlf' needs [50, 14]");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void A_weight_that_is_not_finite_is_refused_by_name(float value)
    {
        using var model = ModelRegistry.Create("hlf", 14, 3, seed: 1);
        var saved = SavedModel.From(model, Description);
        var weights = model.ExportWeights();
        weights[1].Values[3] = value;
        var json = JsonNode.Parse(saved.Description)!.AsObject();
        json.Remove("weights_sha256").ShouldBeTrue();
        var damaged = new SavedModel(SafetensorsWriter.Write(weights), Encoding.UTF8.GetBytes(json.ToJsonString()));
        Should.Throw<ModelFormatException>(() => damaged.Load()).Message
            .ShouldBe($"Tensor '{weights[1].Name}' holds {value} at 3; every weight must be a finite number");
    }

    [Fact]
    public void A_description_that_does_not_fit_its_model_is_not_written()
    {
        using var model = ModelRegistry.Create("hlf", 14, 3, seed: 1);
        Should.Throw<ArgumentException>(() => SavedModel.From(model, Description with { Classes = ["a", "b"] }));
    }

    [Theory]
    [InlineData("", "malformed")]
    [InlineData("null", "null")]
    [InlineData("{}", "malformed")]
    [InlineData("""{"format":1,"model":"hlf","features":[{"name":"HT","min":"x","max":1}],"classes":["a","b"]}""", "$.features[0].min")]
    [InlineData("""{"format":1,"model":"hlf","features":[{"min":0,"max":1}],"classes":["a","b"]}""", "name")]
    [InlineData("""{"format":9,"model":"hlf","features":[],"classes":[]}""", "format 9")]
    [InlineData("""{"format":1,"model":null,"features":[],"classes":[]}""", "$.model")]
    [InlineData("""{"format":1,"model":"hlf","features":[{"name":"HT","min":0,"max":1},null],"classes":["a","b"]}""", "$.features[1]")]
    [InlineData("""{"format":1,"model":"hlf","features":[{"name":"HT","min":0,"max":1e999}],"classes":["a","b"]}""", "$.features[0]")]
    [InlineData("""{"format":1,"model":"hlf","features":[],"classes":["a",null]}""", "$.classes")]
    [InlineData("""{"format":1,"model":"hlf","features":[],"classes":["a","a"]}""", "$.classes")]
    public void A_malformed_description_is_refused_with_the_field(string json, string reason) =>
        Should.Throw<ModelFormatException>(() => SavedModel.ReadDescription(Encoding.UTF8.GetBytes(json))).Message.ShouldContain(reason);
}
