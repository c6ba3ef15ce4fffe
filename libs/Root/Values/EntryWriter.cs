using System.Text.Json;

namespace DaprHep.Root;

/// <summary>
/// Writes the entries of a branch of any supported type as JSON, one after the other: lists and arrays as arrays, objects as
/// objects, NaN and infinities as the strings "nan", "inf" and "-inf", strings that are not UTF-8 as Latin-1.
/// </summary>
public sealed class EntryWriter : IDisposable
{
    private readonly ValueReader _reader;
    private ValueShape? _shape;
    private int _left;

    /// <summary>Begins at an entry.</summary>
    /// <param name="branch">The branch.</param>
    /// <param name="first">First entry.</param>
    /// <param name="end">The entry after the last; the branch's end if not given.</param>
    /// <param name="maxEntries">Entries to read at once at most.</param>
    /// <exception cref="UnsupportedBranchException">The branch has no data of its own or of a type that is not decoded.</exception>
    public EntryWriter(RootBranch branch, long first = 0, long? end = null, int maxEntries = 1 << 16) =>
        _reader = branch.ReadValues(first, end, maxEntries);

    /// <summary>Writes the value of the next entry.</summary>
    /// <param name="json">Takes one value.</param>
    /// <returns>False, with nothing written, when there is no next entry.</returns>
    /// <exception cref="RootFormatException">The branch's data are damaged.</exception>
    public bool WriteNext(Utf8JsonWriter json)
    {
        while (_left == 0)
        {
            if (!_reader.Next())
                return false;
            _left = _reader.Entries;
            // The columns are known for certain once entries are decoded: classes may come in another version than declared.
            _shape = ValueShape.Of(_reader.Columns);
        }
        _left--;
        Write(_shape!, json);
        return true;
    }

    /// <summary>Gives the buffers back.</summary>
    public void Dispose() => _reader.Dispose();

    private void Write(ValueShape at, Utf8JsonWriter json)
    {
        switch (at.Kind)
        {
            case ShapeKind.Record:
                json.WriteStartObject();
                foreach (var member in at.Children)
                {
                    json.WritePropertyName(member.Name);
                    Write(member, json);
                }
                json.WriteEndObject();
                break;
            case ShapeKind.Value:
                WriteValue(at, json);
                break;
            default:
                var length = at.Kind == ShapeKind.List ? _reader.Columns[at.ColumnIndex].Lengths[at.Position++] : at.Length;
                json.WriteStartArray();
                for (var i = 0; i < length; i++)
                    Write(at.Children[0], json);
                json.WriteEndArray();
                break;
        }
    }

    private void WriteValue(ValueShape at, Utf8JsonWriter json)
    {
        var column = _reader.Columns[at.ColumnIndex];
        var i = at.Position++;
        switch (column.Type)
        {
            case DataType.String:
                json.WriteStringValue(StoredText.Of(column.Bytes.Slice(at.BytePosition, column.Lengths[i])));
                at.BytePosition += column.Lengths[i];
                break;
            case DataType.Float32 when column.Values<float>()[i] is var number:
                if (float.IsFinite(number))
                    json.WriteNumberValue(number);
                else
                    WriteNotFinite(number, json);
                break;
            case DataType.Float64 when column.Values<double>()[i] is var number:
                if (double.IsFinite(number))
                    json.WriteNumberValue(number);
                else
                    WriteNotFinite(number, json);
                break;
            case DataType.Bool:
                json.WriteBooleanValue(column.Values<bool>()[i]);
                break;
            case DataType.UInt64:
                json.WriteNumberValue(column.Values<ulong>()[i]);
                break;
            default:
                json.WriteNumberValue(column.IntegerFromEnd(column.Count - i));
                break;
        }
    }

    private static void WriteNotFinite(double number, Utf8JsonWriter json) =>
        json.WriteStringValue(double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf");
}
