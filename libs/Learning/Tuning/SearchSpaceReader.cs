using System.Globalization;
using System.Text.Json.Nodes;
using DaprHep.Learning.Models;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DaprHep.Learning.Tuning;

/// <summary>
/// Reads a search space in YAML (or JSON, which is YAML): hyper-parameters by name, each a constant, <c>{choice: [A, B]}</c>,
/// <c>{int: [LOW, HIGH]}</c>, <c>{uniform: [LOW, HIGH]}</c>, <c>{loguniform: [LOW, HIGH]}</c>, or a list of these, as for the widths of
/// layers. YAML's parser is followed event by event and no deeper than that, so a file cannot make it recurse.
/// </summary>
public sealed class SearchSpaceReader
{
    private const int MostCharacters = 1 << 20;
    private const int MostParameters = 64;
    private const int MostChoices = 1000;
    private static readonly string[] Kinds = ["choice", "int", "uniform", "loguniform"];

    private readonly string _source;
    private readonly Parser _yaml;

    private SearchSpaceReader(string text, string source)
    {
        _source = source;
        _yaml = new Parser(new StringReader(text));
    }

    /// <summary>Reads a space.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="source">Where it comes from, for errors.</param>
    /// <exception cref="SearchSpaceException">It is not a search space; the message has line and field.</exception>
    public static SearchSpace Read(string text, string source)
    {
        if (text.Length > MostCharacters)
            throw new SearchSpaceException(source, 1, "", $"has {text.Length} characters; at most {MostCharacters} are possible");
        var reader = new SearchSpaceReader(text, source);
        try
        {
            return reader.Space();
        }
        catch (YamlException e)
        {
            throw new SearchSpaceException(source, (int)Math.Max(1, e.Start.Line), "", (e.InnerException ?? e).Message);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or IndexOutOfRangeException)
        {
            // Not every malformed file gets a YamlException of the parser.
            throw new SearchSpaceException(source, (int)(reader._yaml.Current?.End.Line ?? 1), "", "what follows is not YAML");
        }
    }

    private SearchSpace Space()
    {
        _yaml.Consume<StreamStart>();
        if (!_yaml.TryConsume<DocumentStart>(out _))
            throw Problem(_yaml.Current!, "", "is empty; expected hyper-parameters by name");
        if (!_yaml.TryConsume<MappingStart>(out _))
            throw Problem(_yaml.Current!, "", "expected hyper-parameters by name, like 'batch: {choice: [64, 128]}'");
        var json = new JsonObject();
        var parameters = new List<SearchSpace.Parameter>();
        while (!_yaml.TryConsume<MappingEnd>(out _))
        {
            var name = Name("");
            if (json.ContainsKey(name.Value))
                throw Problem(name, name.Value, "is there twice");
            if (parameters.Count == MostParameters)
                throw Problem(name, name.Value, $"at most {MostParameters} hyper-parameters are possible");
            var (parameter, written) = Parameter(name);
            parameters.Add(parameter);
            json.Add(name.Value, written);
        }

        if (parameters.Count == 0)
            throw new SearchSpaceException(_source, 1, "", "has no hyper-parameters");
        _yaml.Consume<DocumentEnd>();
        if (!_yaml.TryConsume<StreamEnd>(out _))
            throw Problem(_yaml.Current!, "", "expected one document");
        return new SearchSpace(_source, json, parameters);
    }

    private (SearchSpace.Parameter Parameter, JsonNode Written) Parameter(Scalar name)
    {
        if (!_yaml.TryConsume<SequenceStart>(out _))
        {
            var (place, written) = Place(name.Value, mayBeList: true);
            return (new SearchSpace.Parameter(name.Value, LineOf(name), IsList: false, [place]), written);
        }

        var places = new List<SearchSpace.Place>();
        var list = new JsonArray();
        while (!_yaml.TryConsume<SequenceEnd>(out _))
        {
            var (place, written) = Place($"{name.Value}[{places.Count}]", mayBeList: false);
            places.Add(place);
            list.Add(written);
            if (places.Count > HyperParameterValue.MostItems)
                throw Problem(name, name.Value, $"a list may have {HyperParameterValue.MostItems} values");
        }

        return (new SearchSpace.Parameter(name.Value, LineOf(name), IsList: true, places), list);
    }

    private (SearchSpace.Place Place, JsonNode Written) Place(string field, bool mayBeList)
    {
        if (!_yaml.TryConsume<MappingStart>(out _))
        {
            var constant = Value(field, mayBeList: false);
            return (new SearchSpace.Place(constant, null), Json(constant));
        }

        var kind = Name(field);
        if (!Kinds.Contains(kind.Value))
            throw Problem(kind, field, $"expected one of {string.Join(", ", Kinds)}, found '{kind.Value}'");
        var inner = $"{field}.{kind.Value}";
        var start = _yaml.Current!;
        if (!_yaml.TryConsume<SequenceStart>(out _))
            throw Problem(start, inner, kind.Value == "choice" ? "expected a list of values" : "expected [LOW, HIGH]");
        var values = new List<HyperParameterValue>();
        while (!_yaml.TryConsume<SequenceEnd>(out _))
        {
            values.Add(Value($"{inner}[{values.Count}]", mayBeList && kind.Value == "choice"));
            if (values.Count > MostChoices)
                throw Problem(start, inner, $"at most {MostChoices} values are possible");
        }

        if (!_yaml.TryConsume<MappingEnd>(out _))
            throw Problem(_yaml.Current!, field, $"expected nothing beside '{kind.Value}'");
        var written = new JsonObject { [kind.Value] = new JsonArray([.. values.Select(Json)]) };
        return (new SearchSpace.Place(null, Dimension(kind, field, inner, values)), written);
    }

    private SearchDimension Dimension(Scalar kind, string field, string inner, List<HyperParameterValue> values)
    {
        var line = LineOf(kind);
        if (kind.Value == "choice")
        {
            if (values.Count == 0)
                throw Problem(kind, inner, "has no values to choose from");
            if (values.Distinct().Count() < values.Count)
                throw Problem(kind, inner, "has a value twice");
            return new ChoiceDimension(field, line, values);
        }

        if (values.Count != 2 || values[0].Number is not { } low || values[1].Number is not { } high || low >= high)
            throw Problem(kind, inner, $"expected two rising numbers, found [{string.Join(", ", values)}]");
        switch (kind.Value)
        {
            case "int" when low != Math.Floor(low) || high != Math.Floor(high) || low < int.MinValue || high > int.MaxValue:
                throw Problem(kind, inner, $"expected whole numbers of 32 bits, found [{low}, {high}]");
            case "int":
                return new WholeDimension(field, line, (int)low, (int)high);
            case "loguniform" when low <= 0:
                throw Problem(kind, inner, $"expected positive numbers, found [{low}, {high}]");
            default:
                if (!double.IsFinite(high - low))
                    throw Problem(kind, inner, $"the range from {low} to {high} is too wide");
                return new RangeDimension(field, line, low, high, byLogarithm: kind.Value == "loguniform");
        }
    }

    private HyperParameterValue Value(string field, bool mayBeList)
    {
        if (!mayBeList || !_yaml.TryConsume<SequenceStart>(out var start))
            return Single(field);
        var items = new List<HyperParameterValue>();
        while (!_yaml.TryConsume<SequenceEnd>(out _))
        {
            items.Add(Single($"{field}[{items.Count}]"));
            if (items.Count > HyperParameterValue.MostItems)
                throw Problem(start, field, $"a list may have {HyperParameterValue.MostItems} values");
        }

        return HyperParameterValue.List(items);
    }

    private HyperParameterValue Single(string field)
    {
        var at = _yaml.Current!;
        if (!_yaml.TryConsume<Scalar>(out var scalar))
            throw Problem(at, field, $"expected a number or a word, found {Described(at)}");
        if (scalar.Style != ScalarStyle.Plain)
        {
            return scalar.Value.Length <= HyperParameterValue.MostCharacters
                ? scalar.Value
                : throw Problem(at, field, "the text is too long");
        }

        if (scalar.Value is "true" or "false")
            return scalar.Value == "true";
        if (double.TryParse(scalar.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return double.IsFinite(number) ? number : throw Problem(at, field, $"expected a finite number, found {scalar.Value}");
        return scalar.Value.Length is > 0 and <= HyperParameterValue.MostCharacters
            ? scalar.Value
            : throw Problem(at, field, "expected a number or a word, found nothing");
    }

    private Scalar Name(string field)
    {
        var at = _yaml.Current!;
        if (_yaml.TryConsume<Scalar>(out var name) && name.Value.Length is > 0 and <= HyperParameterValue.MostCharacters)
            return name;
        var expected = at is MappingEnd ? $"one of {string.Join(", ", Kinds)}" : $"a name, found {Described(at)}";
        throw Problem(at, field, $"expected {expected}");
    }

    private SearchSpaceException Problem(ParsingEvent at, string field, string problem) => new(_source, LineOf(at), field, problem);

    private static int LineOf(ParsingEvent at) => (int)at.Start.Line;

    private static JsonNode Json(HyperParameterValue value) => JsonNode.Parse(value.ToString())!;

    private static string Described(ParsingEvent at) => at switch
    {
        MappingStart => "a mapping",
        SequenceStart => "a list",
        AnchorAlias => "an alias, which is not understood here",
        _ => "nothing",
    };
}
