using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace DaprHep.Root;

/// <summary>One branch on its way to Arrow: chunk after chunk of its columns becomes an array of one type.</summary>
internal sealed class ArrowColumn : IDisposable
{
    private readonly RootBranch _branch;
    private readonly ValueReader _reader;
    private IReadOnlyList<ValueColumn> _columns;
    private ValueShape _shape;

    /// <summary>
    /// Reads the first chunk: with it the type is known for certain, as classes may come in another version than declared.
    /// </summary>
    public ArrowColumn(SelectedBranch selected, long first, long end, int maxEntries)
    {
        _branch = selected.Branch;
        _reader = _branch.ReadValues(first, end, maxEntries);
        _reader.Next();
        _columns = _reader.Columns;
        _shape = ValueShape.Of(_columns);
        Field = ArrowTypes.FieldOf(selected.Name, _shape, _columns);
    }

    public Field Field { get; }

    /// <summary>Entries of the current chunk.</summary>
    public int Entries => _reader.Entries;

    public bool Next()
    {
        if (!_reader.Next())
            return false;
        if (!ReferenceEquals(_reader.Columns, _columns))
        {
            _columns = _reader.Columns;
            _shape = ValueShape.Of(_columns);
            var (before, now) = (ArrowTypes.Describe(Field.DataType), ArrowTypes.Describe(ArrowTypes.Of(_shape, _columns)));
            if (now != before)
                throw new UnsupportedBranchException(_branch.ToString(), $"its values are {now} from entry {_reader.FirstEntry} on, {before} before");
        }
        return true;
    }

    /// <summary>The current chunk.</summary>
    public IArrowArray Build() => ArrowArrayFactory.BuildArray(Build(_shape, Field.DataType, Entries));

    public void Dispose() => _reader.Dispose();

    private ArrayData Build(ValueShape at, IArrowType type, int length)
    {
        switch (type)
        {
            case ListType list:
                var lengths = Checked(at, length).Lengths;
                var offsets = new ArrowBuffer(Offsets(lengths, out var total));
                var items = Build(at.Children[0], list.ValueDataType, total);
                return new ArrayData(type, length, 0, 0, [ArrowBuffer.Empty, offsets], [items]);
            case FixedSizeListType array:
                var content = Build(at.Children[0], array.ValueDataType, checked(length * array.ListSize));
                return new ArrayData(type, length, 0, 0, [ArrowBuffer.Empty], [content]);
            case StructType record:
                var members = at.Children.Select((member, i) => Build(member, record.Fields[i].DataType, length)).ToArray();
                return new ArrayData(type, length, 0, 0, [ArrowBuffer.Empty], members);
            case NullType:
                return new NullArray(length).Data;
            case StringType:
                return Strings(Checked(at, length));
            case BooleanType:
                var bits = new ArrowBuffer(Bits(Checked(at, length).Bytes));
                return new ArrayData(type, length, 0, 0, [ArrowBuffer.Empty, bits]);
            default:
                return new ArrayData(type, length, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(Checked(at, length).Bytes.ToArray())]);
        }
    }

    private ValueColumn Checked(ValueShape at, int length)
    {
        var column = _columns[at.ColumnIndex];
        return column.Count == length
            ? column
            : throw new UnsupportedBranchException(
                _branch.ToString(), $"column '{column.Path}' has {column.Count} values where {length} belong");
    }

    /// <summary>Strings as UTF-8: as stored, or as Latin-1 where the bytes are something else.</summary>
    private static ArrayData Strings(ValueColumn column)
    {
        var text = column.Bytes;
        var lengths = column.Lengths;
        var offsets = new int[lengths.Length + 1];
        var bytes = new List<byte>(text.Length);
        for (int i = 0, start = 0; i < lengths.Length; start += lengths[i++])
        {
            var one = text.Slice(start, lengths[i]);
            if (Utf8.IsValid(one))
                CollectionExtensions.AddRange(bytes, one);
            else
                bytes.AddRange(Encoding.UTF8.GetBytes(Encoding.Latin1.GetString(one)));
            offsets[i + 1] = bytes.Count;
        }
        var starts = MemoryMarshal.AsBytes<int>(offsets).ToArray();
        return new ArrayData(
            StringType.Default, lengths.Length, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(starts), new ArrowBuffer(bytes.ToArray())]);
    }

    private static byte[] Offsets(ReadOnlySpan<int> lengths, out int total)
    {
        var bytes = new byte[sizeof(int) * (lengths.Length + 1)];
        var offsets = MemoryMarshal.Cast<byte, int>(bytes.AsSpan());
        total = 0;
        for (var i = 0; i < lengths.Length; i++)
            offsets[i + 1] = total = checked(total + lengths[i]);
        return bytes;
    }

    private static byte[] Bits(ReadOnlySpan<byte> values)
    {
        var bits = new byte[BitUtility.ByteCount(values.Length)];
        for (var i = 0; i < values.Length; i++)
            bits[i >> 3] |= (byte)(values[i] << (i & 7));
        return bits;
    }
}
