using System.Text.Json;
using System.Text.Json.Nodes;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tests.Models;

public class HyperParametersTests
{
    [Fact]
    public void Values_are_written_in_one_way_and_read_again()
    {
        var parameters = new HyperParameters([
            KeyValuePair.Create("units", (HyperParameterValue)128.0),
            KeyValuePair.Create("hidden", (HyperParameterValue)new[] { 50, 20 }),
            KeyValuePair.Create("learning_rate", (HyperParameterValue)1e-4),
            KeyValuePair.Create("schedule", (HyperParameterValue)"a \"<quoted>\" word"),
        ]);
        var json = parameters.ToString();
        json.ShouldStartWith("""{"hidden":[50,20],"learning_rate":0.0001,"schedule":""");
        JsonSerializer.Deserialize<HyperParameters>(json).ShouldBe(parameters);
        JsonSerializer.Serialize(parameters).ShouldBe(json);
        HyperParameters.From(parameters.ToJson()).ShouldBe(parameters);
        JsonSerializer.Deserialize<HyperParameters>("""{ "units": 128.0 }""").ShouldBe(HyperParameters.None.With("units", 128));
    }

    [Fact]
    public void What_a_person_writes_is_understood()
    {
        var parameters = HyperParameters.Parse(["hidden=[64,32]", "schedule=cosine", "learning_rate=1e-3"]);
        parameters.ToString().ShouldBe("""{"hidden":[64,32],"learning_rate":0.001,"schedule":"cosine"}""");
        Should.Throw<HyperParameterException>(() => HyperParameters.Parse(["hidden"])).Message.ShouldContain("expected NAME=VALUE");
        Should.Throw<HyperParameterException>(() => HyperParameters.Parse(["hidden=[64"])).Message.ShouldContain("found '[64'");
        Should.Throw<HyperParameterException>(() => HyperParameters.Parse(["a=1", "a=2"])).Message.ShouldContain("twice");
    }

    [Theory]
    [InlineData("""{"a":null}""")]
    [InlineData("""{"a":true}""")]
    [InlineData("""{"a":{}}""")]
    [InlineData("""{"a":1e999}""")]
    [InlineData("""{"a":[[1]]}""")]
    public void Anything_but_numbers_texts_and_lists_of_them_is_refused(string json)
    {
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<HyperParameters>(json)).Message.ShouldContain("'a'");
        Should.Throw<HyperParameterException>(() => HyperParameters.From(JsonNode.Parse(json)!.AsObject())).Name.ShouldBe("a");
    }

    [Fact]
    public void Options_take_what_is_set_and_keep_the_rest()
    {
        var options = new TrainingOptions { Model = "inclusive", Epochs = 7 }.With(
            HyperParameters.Parse(["batch=64", "schedule=constant", "learning_rate=0.01", "units=20"]));
        options.BatchSize.ShouldBe(64);
        options.Epochs.ShouldBe(7);
        options.LearningRate.ShouldBe(0.01);
        options.Schedule.ShouldBe(LearningRateSchedule.Constant);
        options.MaxGradientNorm.ShouldBe(double.PositiveInfinity);
        options.Parameters.ToString().ShouldBe("""{"units":20}""");
    }

    [Theory]
    [InlineData("hiden=[5]", "Hyper-parameter 'hiden': model 'hlf' does not take it; it takes hidden, batch, epochs,")]
    [InlineData("hidden=5", "Hyper-parameter 'hidden': expected a list of at most 16 whole numbers from 1 to 4096, found 5")]
    [InlineData("hidden=[5.5]", "found [5.5]")]
    [InlineData("hidden=[0]", "found [0]")]
    [InlineData("batch=0", "Hyper-parameter 'batch': expected a whole number from 1 to")]
    [InlineData("epochs=1.5", "Hyper-parameter 'epochs': expected a whole number")]
    [InlineData("learning_rate=-1", "Hyper-parameter 'learning_rate': expected a number from")]
    [InlineData("schedule=sometimes", "Hyper-parameter 'schedule': expected one of constant, cosine")]
    public void A_wrong_hyper_parameter_is_named_with_what_was_expected(string argument, string message) =>
        Should.Throw<HyperParameterException>(() => new TrainingOptions { Model = "hlf" }.With(HyperParameters.Parse([argument])))
            .Message.ShouldContain(message);

    [Fact]
    public void Every_default_of_every_model_and_of_training_makes_sense()
    {
        foreach (var parameter in ModelRegistry.Names.SelectMany(TrainingParameters.Of))
            parameter.Check(parameter.Default);
    }

    [Fact]
    public void Widths_change_the_network()
    {
        using var model = ModelRegistry.Create("hlf", 14, 3, seed: 1, HyperParameters.Parse(["hidden=[8]"]));
        model.ExportWeights().Select(weight => string.Join('x', weight.Shape)).ShouldBe(["8x14", "8", "3x8", "3"]);
    }
}
