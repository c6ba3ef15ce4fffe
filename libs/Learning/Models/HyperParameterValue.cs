using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DaprHep.Learning.Models;

/// <summary>
/// A number, a text, true or false, or a list of them. Two values are equal when their JSON is; <c>128</c> and <c>128.0</c> are the same
/// number.
/// </summary>
[JsonConverter(typeof(Converter))]
public sealed class HyperParameterValue : IEquatable<HyperParameterValue>
{
    /// <summary>The longest list.</summary>
    public const int MostItems = 64;

    /// <summary>The longest text.</summary>
    public const int MostCharacters = 256;

    private readonly string _json;

    private HyperParameterValue(double number)
    {
        if (!double.IsFinite(number))
            throw new ArgumentOutOfRangeException(nameof(number), number, "A hyper-parameter must be a finite number.");
        Number = number;
        _json = (number == 0 ? 0 : number).ToString("R", CultureInfo.InvariantCulture);
    }

    private HyperParameterValue(string text)
    {
        if (text.Length > MostCharacters)
            throw new ArgumentOutOfRangeException(nameof(text), text.Length, $"A text may have {MostCharacters} characters.");
        Text = text;
        _json = $"\"{JsonEncodedText.Encode(text)}\"";
    }

    private HyperParameterValue(bool flag)
    {
        Flag = flag;
        _json = flag ? "true" : "false";
    }

    private HyperParameterValue(IReadOnlyList<HyperParameterValue> items)
    {
        if (items.Count > MostItems)
            throw new ArgumentOutOfRangeException(nameof(items), items.Count, $"A list may have {MostItems} values.");
        Items = items;
        _json = $"[{string.Join(',', items)}]";
    }

    /// <summary>The number, if it is one; always finite.</summary>
    public double? Number { get; }

    /// <summary>The text, if it is one.</summary>
    public string? Text { get; }

    /// <summary>True or false, if it is one of these.</summary>
    public bool? Flag { get; }

    /// <summary>The values, if it is a list; none of them is a list.</summary>
    public IReadOnlyList<HyperParameterValue>? Items { get; }

    /// <summary>A number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is NaN or infinite.</exception>
    public static implicit operator HyperParameterValue(double number) => new(number);

    /// <summary>A text.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is too long.</exception>
    public static implicit operator HyperParameterValue(string text) => new(text);

    /// <summary>True or false.</summary>
    public static implicit operator HyperParameterValue(bool flag) => new(flag);

    /// <summary>A list of whole numbers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is too long.</exception>
    public static implicit operator HyperParameterValue(int[] numbers) => new([.. numbers.Select(number => (HyperParameterValue)number)]);

    /// <summary>A list.</summary>
    /// <exception cref="ArgumentException">A value is a list itself, or there are too many.</exception>
    public static HyperParameterValue List(IReadOnlyList<HyperParameterValue> items) =>
        items.All(item => item.Items is null) ? new([.. items]) : throw new ArgumentException("A list cannot hold lists.", nameof(items));

    /// <summary>Reads JSON as it comes from a file or a request.</summary>
    /// <exception cref="FormatException">It is neither a finite number, a text, true, false nor a list of them, or too large.</exception>
    public static HyperParameterValue From(JsonElement json) => Read(json, mayBeList: true);

    /// <inheritdoc/>
    public bool Equals(HyperParameterValue? other) => other is not null && other._json == _json;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as HyperParameterValue);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(_json, StringComparison.Ordinal);

    /// <summary>The value as JSON, the same for equal values.</summary>
    public override string ToString() => _json;

    private static HyperParameterValue Read(JsonElement json, bool mayBeList)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Number when json.TryGetDouble(out var number) && double.IsFinite(number):
                return new(number);
            case JsonValueKind.String when json.GetString() is { Length: <= MostCharacters } text:
                return new(text);
            case JsonValueKind.True or JsonValueKind.False:
                return new(json.GetBoolean());
            case JsonValueKind.Array when mayBeList && json.GetArrayLength() <= MostItems:
                return new([.. json.EnumerateArray().Select(item => Read(item, mayBeList: false))]);
            default:
                throw new FormatException(
                    $"expected a finite number, a text of at most {MostCharacters} characters, true, false or a list of at most "
                    + $"{MostItems} of them");
        }
    }

    internal sealed class Converter : JsonConverter<HyperParameterValue>
    {
        public override HyperParameterValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var json = JsonDocument.ParseValue(ref reader);
            try
            {
                return From(json.RootElement);
            }
            catch (FormatException e)
            {
                throw new JsonException(e.Message);
            }
        }

        public override void Write(Utf8JsonWriter writer, HyperParameterValue value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value._json);
    }
}
