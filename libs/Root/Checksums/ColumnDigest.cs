using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DaprHep.Root;

/// <summary>Count, hash and statistics of one column over all chunks of a branch.</summary>
internal sealed class ColumnDigest(ValueColumn first) : IDisposable
{
    private readonly IncrementalHash _content = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _lengths = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long[] _wide = [];

    public string Path { get; } = first.Path;

    public ColumnKind Kind { get; } = first.Kind;

    public DataType Type { get; } = first.Type;

    public bool IsApproximate { get; } = first.IsApproximate;

    public long Count { get; private set; }

    /// <summary>Sum of the lengths: items of all lists, bytes of all strings.</summary>
    public long Total { get; private set; }

    public long NotANumber { get; private set; }

    public double Sum { get; private set; }

    public double Minimum { get; private set; } = double.PositiveInfinity;

    public double Maximum { get; private set; } = double.NegativeInfinity;

    public void Add(ValueColumn column)
    {
        Count += column.Count;
        if (Kind != ColumnKind.Counts)
            _content.AppendData(column.Bytes);
        if (Kind != ColumnKind.Numbers)
            AddLengths(column.Lengths);
        if (Kind == ColumnKind.Numbers && Type is DataType.Float32)
            AddNumbers(column.Values<float>());
        else if (Kind == ColumnKind.Numbers && Type is DataType.Float64)
            AddNumbers(column.Values<double>());
    }

    /// <summary>SHA-256 of the numbers, of the lists' lengths, or of the strings' bytes.</summary>
    public string ContentHash() => Hex(Kind == ColumnKind.Counts ? _lengths : _content);

    /// <summary>SHA-256 of the strings' lengths.</summary>
    public string LengthsHash() => Hex(_lengths);

    public void Dispose()
    {
        _content.Dispose();
        _lengths.Dispose();
    }

    private static string Hex(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetCurrentHash());

    private void AddLengths(ReadOnlySpan<int> more)
    {
        if (_wide.Length < more.Length)
            _wide = new long[Math.Max(more.Length, 2 * _wide.Length)];
        for (var i = 0; i < more.Length; i++)
        {
            _wide[i] = more[i];
            Total += more[i];
        }
        _lengths.AppendData(MemoryMarshal.AsBytes(_wide.AsSpan(0, more.Length)));
    }

    private void AddNumbers<T>(ReadOnlySpan<T> values)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        foreach (var value in values)
        {
            if (T.IsNaN(value))
                NotANumber++;
            if (!T.IsFinite(value))
                continue;
            var number = double.CreateChecked(value);
            Sum += number;
            Minimum = Math.Min(Minimum, number);
            Maximum = Math.Max(Maximum, number);
        }
    }
}
