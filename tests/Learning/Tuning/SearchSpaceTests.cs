using System.Text;
using DaprHep.Learning.Models;
using DaprHep.Learning.Tuning;
using FsCheck;
using FsCheck.Fluent;

namespace DaprHep.Learning.Tests.Tuning;

public class SearchSpaceTests
{
    [Fact]
    public void Every_kind_of_value_is_read()
    {
        var space = SearchSpaceReader.Read(
            """
            # a comment
            hidden: [{choice: [50, 100]}, 20, {int: [8, 10]}]
            batch: {choice: [64, 128, 256]}
            learning_rate:
              loguniform: [1e-4, 1.0e-2]
            schedule: cosine
            """,
            "s.yaml");
        space.Names.ShouldBe(["hidden", "batch", "learning_rate", "schedule"]);
        space.Dimensions.Select(d => $"{d.Field} {d.Line} {d.Count} {d.IsOrdered}").ShouldBe(
            ["hidden[0] 2 2 False", "hidden[2] 2 3 True", "batch 3 3 False", "learning_rate 5  True"]);
        space.Size.ShouldBeNull();
        space.Check("hlf");
        var parameters = space.At([100, 9, 64, 1e-3]);
        parameters.ToString().ShouldBe("""{"batch":64,"hidden":[100,20,9],"learning_rate":0.001,"schedule":"cosine"}""");
        space.PointOf(parameters).ShouldBe([100, 9, 64, 1e-3]);
    }

    [Fact]
    public void A_whole_list_may_be_chosen_among_lists()
    {
        var space = SearchSpaceReader.Read("hidden: {choice: [[50, 20, 10], [64]]}", "s.yaml");
        space.Check("hlf");
        space.At([HyperParameterValue.List([64])]).Wholes("hidden").ShouldBe([64]);
        space.Size.ShouldBe(2);
    }

    [Fact]
    public void A_space_written_as_JSON_is_the_same_space()
    {
        var space = SearchSpaceReader.Read("hidden: [{choice: [50, 'a b']}, 20]\nlearning_rate: {uniform: [0, 1]}", "s.yaml");
        var again = SearchSpaceReader.Read(space.Json.ToJsonString(), "s.json");
        again.Json.ToJsonString().ShouldBe(space.Json.ToJsonString());
        again.Dimensions.Select(d => d.At(0.3)).ShouldBe(space.Dimensions.Select(d => d.At(0.3)));
    }

    [Theory]
    [InlineData("published-grid", "hlf", 243)]
    [InlineData("hlf", "hlf", null)]
    [InlineData("inclusive", "inclusive", null)]
    [InlineData("inclusive", "lstm", null)]
    [InlineData("trees", "trees", null)]
    public void The_examples_fit_their_models(string name, string model, int? size)
    {
        var path = Path.Combine(Repository.Samples, "spaces", $"{name}.yaml");
        var space = SearchSpaceReader.Read(File.ReadAllText(path), path);
        space.Check(model);
        ((int?)space.Size).ShouldBe(size);
    }

    [Theory]
    [InlineData("", "s.yaml: line 1: is empty")]
    [InlineData("- a", "line 1: expected hyper-parameters by name")]
    [InlineData("batch: 64\nbatch: 128", "line 2: batch: is there twice")]
    [InlineData("batch: {choose: [1]}", "line 1: batch: expected one of choice, int, uniform, loguniform, found 'choose'")]
    [InlineData("a: 1\nbatch: {choice: 64}", "line 2: batch.choice: expected a list of values")]
    [InlineData("batch: {choice: []}", "line 1: batch.choice: has no values")]
    [InlineData("batch: {choice: [64, 64.0]}", "line 1: batch.choice: has a value twice")]
    [InlineData("batch: {int: [5]}", "line 1: batch.int: expected two rising numbers, found [5]")]
    [InlineData("batch: {int: [9, 5]}", "line 1: batch.int: expected two rising numbers, found [9, 5]")]
    [InlineData("batch: {int: [1, 2.5]}", "line 1: batch.int: expected whole numbers")]
    [InlineData("batch: {uniform: [a, b]}", "line 1: batch.uniform: expected two rising numbers")]
    [InlineData("batch: {uniform: [-1e308, 1e308]}", "line 1: batch.uniform: the range from")]
    [InlineData("batch: {loguniform: [0, 1]}", "line 1: batch.loguniform: expected positive numbers")]
    [InlineData("batch: {}", "line 1: batch: expected one of choice")]
    [InlineData("batch: {choice: [1], int: [1, 2]}", "line 1: batch: expected nothing beside 'choice'")]
    [InlineData("hidden:\n  - 5\n  - {choice: [{}]}", "line 3: hidden[1].choice[0]: expected a number or a word, found a mapping")]
    [InlineData("hidden: [[[5]]]", "line 1: hidden[0]: expected a number or a word, found a list")]
    [InlineData("batch: .nan\nx: 1e999", "line 2: x: expected a finite number")]
    [InlineData("a: 1\nhidden: [{choice: [[50, 20], [5]]}]", "line 2: hidden[0].choice[0]: expected a number or a word, found a list")]
    [InlineData("batch:\nx: 1", "line 1: batch: expected a number or a word")]
    [InlineData("a: &x 1\nb: *x", "line 2: b: expected a number or a word, found an alias")]
    [InlineData("a: 1\n---\nb: 2", "line 2: expected one document")]
    [InlineData("a: 1\n  b: 2", "s.yaml: line ")]
    [InlineData("a: [1", "s.yaml: line ")]
    [InlineData("a: \"\\uD800\"", "s.yaml: line 1")]
    public void A_wrong_space_is_refused_with_line_and_field(string yaml, string message) =>
        Should.Throw<SearchSpaceException>(() => SearchSpaceReader.Read(yaml, "s.yaml")).Message.ShouldContain(message);

    [Theory]
    [InlineData("hiden: [5]", "hiden: model 'hlf' does not take it; it takes hidden, batch,")]
    [InlineData("a: 1\nbatch: 0", "s.yaml: line 1: a: model 'hlf' does not take it")]
    [InlineData("schedule: cosine\nbatch: {choice: [64, 0]}", "s.yaml: line 2: batch: expected a whole number from 1")]
    [InlineData("hidden: [{int: [0, 20]}, 5]", "hidden: expected a list of at most 16 whole numbers from 1 to 4096, found [0,5]")]
    [InlineData("hidden: [5, {choice: [7, x]}]", "found [5,\"x\"]")]
    [InlineData("batch: 9\nclass_weights: {choice: [[1, 2]]}", "line 2: class_weights: expected one of equal, balanced, or a list of 3")]
    [InlineData("batch: {uniform: [1.5, 20]}", "batch: expected a whole number")]
    [InlineData("learning_rate: {uniform: [-1, 1]}", "learning_rate: expected a number from")]
    public void A_space_that_does_not_fit_its_model_is_refused_with_line_and_field(string yaml, string message) =>
        Should.Throw<SearchSpaceException>(() => SearchSpaceReader.Read(yaml, "s.yaml").Check("hlf")).Message.ShouldContain(message);

    [Fact]
    public void Deep_nesting_and_much_of_anything_is_refused_quickly()
    {
        foreach (var yaml in new[]
        {
            "a: " + new string('[', 500_000), "a: {choice: " + new string('[', 500_000), new string('{', 500_000),
            "a: {choice: [" + string.Join(", ", Enumerable.Range(0, 5000)) + "]}",
            "a: [" + string.Join(", ", Enumerable.Range(0, 500)) + "]",
            string.Join('\n', Enumerable.Range(0, 500).Select(i => $"p{i}: 1")), new string('#', 2_000_000),
        })
            Should.Throw<SearchSpaceException>(() => SearchSpaceReader.Read(yaml, "s.yaml"));
    }

    [Fact]
    public void Whatever_the_bytes_a_space_or_an_error_with_a_line_comes_of_them()
    {
        var sample =
            "hidden: [{choice: [50, 100]}, 20]\nbatch: {int: [1, 9]}\nx: {loguniform: [1e-4, 1.0e-2]}\ny: \"a\\u00e9\"\n"u8.ToArray();
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var bytes = sample.ToArray();
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] =
                    random.Next(3) > 0 ? (byte)"{}[]:,-&*!|>'\"#%\n\t \\u0x"[random.Next(22)] : (byte)random.Next(256);
            }


            try
            {
                SearchSpaceReader.Read(Encoding.UTF8.GetString(bytes), "s.yaml").Dimensions.ShouldAllBe(d => d.PlaceOf(d.At(0.5)) >= 0);
            }
            catch (SearchSpaceException e)
            {
                e.Line.ShouldBeGreaterThan(0);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(1, 3));
    }

    [Fact]
    public void A_dimension_gives_values_within_its_bounds_and_finds_their_places_again() =>
        Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), step =>
        {
            var place = step / 1e6;
            foreach (var yaml in new[]
            {
                "x: {uniform: [-3, 7]}", "x: {loguniform: [1e-5, 1e-2]}", "x: {int: [-2, 2]}", "x: {int: [-2147483648, 2147483647]}",
                "x: {choice: [a, 3, [1, 2]]}",
            })
            {
                var dimension = SearchSpaceReader.Read(yaml, "s").Dimensions[0];
                var value = dimension.At(place);
                var again = dimension.PlaceOf(value);
                again.ShouldBeInRange(0, 1);
                dimension.At(again).ToString()[..1].ShouldBe(value.ToString()[..1]);
                if (dimension.Count is null)
                    again.ShouldBe(place, 1e-9);
                else
                    dimension.At(again).ShouldBe(value);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(2, 3));
}
