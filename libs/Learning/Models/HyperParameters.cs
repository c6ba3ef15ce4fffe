using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace DaprHep.Learning.Models;

/// <summary>
/// Values by name that a model is made with (e.g. <c>hidden: [50, 20, 10]</c>) or trained with (e.g. <c>learning_rate: 0.002</c>), as they
/// stand in a search space, in <c>model.json</c> and in requests. Immutable; equal when names and values are.
/// </summary>
[JsonConverter(typeof(Converter))]
public sealed class HyperParameters : IEquatable<HyperParameters>
{
    private readonly SortedDictionary<string, HyperParameterValue> _values;

    /// <summary>Collects values.</summary>
    /// <param name="values">Each name once.</param>
    /// <exception cref="ArgumentException">A name comes twice.</exception>
    public HyperParameters(IEnumerable<KeyValuePair<string, HyperParameterValue>> values)
    {
        _values = new SortedDictionary<string, HyperParameterValue>(StringComparer.Ordinal);
        foreach (var (name, value) in values)
            _values.Add(name, value);
    }

    /// <summary>No values: everything as its owner has it by default.</summary>
    public static HyperParameters None { get; } = new([]);

    /// <summary>How many values there are.</summary>
    public int Count => _values.Count;

    /// <summary>The names, in alphabetical order.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>The value of a name, null where it has none.</summary>
    public HyperParameterValue? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>A value that has been checked to be a number.</summary>
    public double Real(string name) => _values[name].Number!.Value;

    /// <summary>A value that has been checked to be a whole number.</summary>
    public int Whole(string name) => checked((int)Real(name));

    /// <summary>A value that has been checked to be a text.</summary>
    public string Text(string name) => _values[name].Text!;

    /// <summary>A value that has been checked to be a list of whole numbers.</summary>
    public IReadOnlyList<int> Wholes(string name) => [.. _values[name].Items!.Select(item => checked((int)item.Number!.Value))];

    /// <summary>These values, with one added or replaced.</summary>
    public HyperParameters With(string name, HyperParameterValue value) =>
        new(_values.Where(pair => pair.Key != name).Append(KeyValuePair.Create(name, value)));

    /// <summary>These values, with others added or in the place of those of the same name.</summary>
    public HyperParameters With(HyperParameters others) =>
        new(_values.Where(pair => others[pair.Key] is null).Concat(others._values));

    /// <summary>The values whose names meet a condition.</summary>
    public HyperParameters Where(Func<string, bool> condition) => new(_values.Where(pair => condition(pair.Key)));

    /// <summary>Reads a JSON object of a request.</summary>
    /// <param name="json">Values by name; null for none.</param>
    /// <exception cref="HyperParameterException">A value is neither a number, a text, true, false nor a list of them.</exception>
    public static HyperParameters From(JsonObject? json) => json is null ? None : new(json.Select(pair =>
    {
        try
        {
            return KeyValuePair.Create(pair.Key, HyperParameterValue.From(JsonSerializer.SerializeToElement(pair.Value)));
        }
        catch (FormatException e)
        {
            throw new HyperParameterException(pair.Key, $"{e.Message}, found {pair.Value?.ToJsonString() ?? "null"}");
        }
    }));

    /// <summary>Reads what a person writes: <c>NAME=VALUE</c>, the value as JSON or as a bare word.</summary>
    /// <param name="arguments">One value each.</param>
    /// <exception cref="HyperParameterException">An argument has no name, or a name comes twice.</exception>
    public static HyperParameters Parse(IEnumerable<string> arguments)
    {
        var values = new Dictionary<string, HyperParameterValue>();
        foreach (var argument in arguments)
        {
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
                throw new HyperParameterException(argument, "expected NAME=VALUE");
            var name = argument[..equals];
            if (!values.TryAdd(name, Value(name, argument[(equals + 1)..])))
                throw new HyperParameterException(name, "is given twice");
        }

        return new HyperParameters(values);
    }

    /// <summary>The values as a JSON object, e.g. for a request.</summary>
    public JsonObject ToJson() => new(_values.Select(pair => KeyValuePair.Create(pair.Key, JsonNode.Parse(pair.Value.ToString()))));

    /// <inheritdoc/>
    public bool Equals(HyperParameters? other) => other is not null && other._values.SequenceEqual(_values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as HyperParameters);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(ToString(), StringComparison.Ordinal);

    /// <summary>The values as JSON in one line, the same for equal values.</summary>
    public override string ToString() =>
        $"{{{string.Join(',', _values.Select(pair => $"\"{JsonEncodedText.Encode(pair.Key)}\":{pair.Value}"))}}}";

    private static HyperParameterValue Value(string name, string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return HyperParameterValue.From(json.RootElement);
        }
        catch (JsonException) when (text.Length is > 0 and <= HyperParameterValue.MostCharacters
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
        {
            return text;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new HyperParameterException(name, $"expected a number, a word, true, false or a list like [50,20], found '{text}'");
        }
    }

    internal sealed class Converter : JsonConverter<HyperParameters>
    {
        public override HyperParameters Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new JsonException("expected an object of hyper-parameters");
            using var json = JsonDocument.ParseValue(ref reader);
            var values = new Dictionary<string, HyperParameterValue>();
            foreach (var property in json.RootElement.EnumerateObject())
            {
                try
                {
                    if (!values.TryAdd(property.Name, HyperParameterValue.From(property.Value)))
                        throw new JsonException($"hyper-parameter '{property.Name}' comes twice");
                }
                catch (FormatException e)
                {
                    throw new JsonException($"hyper-parameter '{property.Name}': {e.Message}");
                }
            }

            return new HyperParameters(values);
        }

        public override void Write(Utf8JsonWriter writer, HyperParameters value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            foreach (var (name, item) in value._values)
            {
                writer.WritePropertyName(name);
                writer.WriteRawValue(item.ToString());
            }

            writer.WriteEndObject();
        }
    }
}
