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
    [InlineData("""{"a":{}}""")]
    [InlineData("""{"a":1e999}""")]
    [InlineData("""{"a":[[1]]}""")]
    public void Anything_but_numbers_texts_true_false_and_lists_of_them_is_refused(string json)
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

    [Fact]
    public void Everything_that_training_takes_can_be_set_by_name()
    {
        var given = HyperParameters.Parse([
            "class_weights=[1,2.5,1]", "patience=3", "stop_by=auc", "mirror=false", "stop_after=4", "max_gradient_norm=5",
            "schedule=one_cycle",
        ]);
        var options = ModelRegistry.UsualTrainingOf("lstm").With(given);
        options.ClassWeights.ShouldBe([1, 2.5, 1]);
        options.BalanceClasses.ShouldBeFalse();
        (options.Patience, options.StopBy, options.ValidationShare).ShouldBe((3, StoppingFigure.Auc, 0.1));
        (options.Mirror, options.PauseAfter, options.MaxGradientNorm).ShouldBe((false, 4, 5));
        options.Schedule.ShouldBe(LearningRateSchedule.OneCycle);
        options.With(HyperParameters.Parse(["class_weights=balanced", "validation=0.25"]))
            .ShouldSatisfyAllConditions(o => o.BalanceClasses.ShouldBeTrue(), o => o.ValidationShare.ShouldBe(0.25));

        var said = TrainingParameters.ValuesOf(options);
        given.Names.ShouldAllBe(name => said[name]!.Equals(given[name]));
        TrainingParameters.ValuesOf(ModelRegistry.UsualTrainingOf("lstm").With(said)).ShouldBe(said);
    }

    [Theory]
    [InlineData("hlf", "schedule=cosine mirror=false batch=128 class_weights=equal hidden=[50,20,10] epochs=50 patience=0", "{}")]
    [InlineData("inclusive", "mirror=true epochs=25 units=50", "{}")]
    [InlineData("inclusive", "mirror=false epochs=50 units=50", """{"epochs":50,"mirror":false}""")]
    [InlineData("hlf", "mirror=true epochs=25 hidden=[50,20]", """{"epochs":25,"hidden":[50,20],"mirror":true}""")]
    public void What_is_said_of_a_training_counts_where_it_is_not_usual(string model, string given, string unusual) =>
        TrainingParameters.Unusual(model, HyperParameters.Parse(given.Split(' '))).ToString().ShouldBe(unusual);

    [Theory]
    [InlineData("hiden=[5]", "Hyper-parameter 'hiden': model 'hlf' does not take it; it takes hidden, batch, epochs,")]
    [InlineData("hidden=5", "Hyper-parameter 'hidden': expected a list of at most 16 whole numbers from 1 to 4096, found 5")]
    [InlineData("hidden=[5.5]", "found [5.5]")]
    [InlineData("hidden=[0]", "found [0]")]
    [InlineData("batch=0", "Hyper-parameter 'batch': expected a whole number from 1 to")]
    [InlineData("epochs=1.5", "Hyper-parameter 'epochs': expected a whole number")]
    [InlineData("learning_rate=-1", "Hyper-parameter 'learning_rate': expected a number from")]
    [InlineData("mirror=1", "Hyper-parameter 'mirror': expected true or false, found 1")]
    [InlineData("class_weights=[]", "Hyper-parameter 'class_weights': expected one of equal, balanced, or a list of 3 numbers from")]
    [InlineData("class_weights=[1,2]", "found [1,2]")]
    [InlineData("class_weights=[1,0,1]", "found [1,0,1]")]
    [InlineData("validation=1", "Hyper-parameter 'validation': expected a number from 0 to 0.9")]
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
