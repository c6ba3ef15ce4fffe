using System.Globalization;
using System.Text;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;

namespace DaprHep.ArrowFormat.Tests;

/// <summary>Array values as text that does not depend on how they are stored, to compare arrays with JSON and with each other.</summary>
internal static class PlainValues
{
    public static string Of(IArrowArray array, int index)
    {
        var text = new StringBuilder();
        Append(text, array, index);
        return text.ToString();
    }

    public static IReadOnlyList<string> Of(IArrowArray array) => [.. Enumerable.Range(0, array.Length).Select(i => Of(array, i))];

    public static string Of(JsonElement element)
    {
        var text = new StringBuilder();
        Append(text, element);
        return text.ToString();
    }

    private static void Append(StringBuilder text, IArrowArray array, int i)
    {
        if (array.IsNull(i))
        {
            text.Append("null");
            return;
        }

        switch (array)
        {
            case BooleanArray a: text.Append(a.GetValue(i)!.Value ? "true" : "false"); break;
            case Int8Array a: text.Append(a.Values[i]); break;
            case Int16Array a: text.Append(a.Values[i]); break;
            case Int32Array a: text.Append(a.Values[i]); break;
            case Int64Array a: text.Append(a.Values[i]); break;
            case UInt8Array a: text.Append(a.Values[i]); break;
            case UInt16Array a: text.Append(a.Values[i]); break;
            case UInt32Array a: text.Append(a.Values[i]); break;
            case UInt64Array a: text.Append(a.Values[i]); break;
            case HalfFloatArray a: Append(text, (double)a.Values[i]); break;
            case FloatArray a: Append(text, a.Values[i]); break;
            case DoubleArray a: Append(text, a.Values[i]); break;
            case StringArray a: text.Append(JsonSerializer.Serialize(a.GetString(i))); break;
            case LargeStringArray a: text.Append(JsonSerializer.Serialize(a.GetString(i))); break;
            case BinaryArray a: text.Append('"').Append(Convert.ToHexStringLower(a.GetBytes(i))).Append('"'); break;
            case LargeBinaryArray a: text.Append('"').Append(Convert.ToHexStringLower(a.GetBytes(i))).Append('"'); break;
            case FixedSizeBinaryArray a: text.Append('"').Append(Convert.ToHexStringLower(a.GetBytes(i))).Append('"'); break;
            case Date32Array a: text.Append('"').Append(a.GetDateOnly(i)!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))
                .Append('"'); break;
            case TimestampArray a when ((TimestampType)a.Data.DataType).Timezone == "UTC":
                text.Append(
                    JsonSerializer.Serialize(a.GetTimestamp(i)!.Value.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture)));
                break;
            case PrimitiveArray<int> a: text.Append(a.Values[i]); break;
            case PrimitiveArray<long> a: text.Append(a.Values[i]); break;
            case ListArray a: AppendList(text, a.GetSlicedValues(i)!); break;
            case LargeListArray a: AppendList(text, a.GetSlicedValues(i)!); break;
            case FixedSizeListArray a: AppendList(text, a.GetSlicedValues(i)!); break;
            case StructArray a: AppendStruct(text, a, i); break;
            case DictionaryArray a: Append(text, a.Dictionary, Index(a.Indices, i)); break;
            default: throw new InvalidOperationException($"no plain values for {array.GetType().Name}");
        }
    }

    private static int Index(IArrowArray indices, int i) => int.Parse(Of(indices, i), CultureInfo.InvariantCulture);

    private static void AppendList(StringBuilder text, IArrowArray values)
    {
        text.Append('[');
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0)
                text.Append(',');
            Append(text, values, i);
        }

        text.Append(']');
    }

    private static void AppendStruct(StringBuilder text, StructArray array, int i)
    {
        var fields = ((StructType)array.Data.DataType).Fields;
        text.Append('{');
        for (int f = 0; f < fields.Count; f++)
        {
            text.Append(f > 0 ? "," : "").Append(JsonSerializer.Serialize(fields[f].Name)).Append(':');
            Append(text, array.Fields[f], i);
        }

        text.Append('}');
    }

    private static void Append(StringBuilder text, double value)
    {
        if (value == Math.Floor(value) && Math.Abs(value) < 1e15)
            text.Append((long)value);
        else
            text.Append(value.ToString("R", CultureInfo.InvariantCulture));
    }

    private static void Append(StringBuilder text, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Number when element.GetRawText().AsSpan().ContainsAny(".eE"):
                Append(text, element.GetDouble());
                break;
            case JsonValueKind.String:
                text.Append(JsonSerializer.Serialize(element.GetString()));
                break;
            case JsonValueKind.Array:
                text.Append('[').AppendJoin(',', element.EnumerateArray().Select(Of)).Append(']');
                break;
            case JsonValueKind.Object:
                text.Append('{').AppendJoin(
                    ',', element.EnumerateObject().Select(p => $"{JsonSerializer.Serialize(p.Name)}:{Of(p.Value)}")).Append('}');
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }
}
