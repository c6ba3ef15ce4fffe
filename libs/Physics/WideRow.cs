using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DaprHep.Physics;

/// <summary>
/// The 19 values of a particle row in double precision, as five vectors of four. The last one overlaps the one before by a column, so that
/// all of them are full. Every column is computed as it would be alone, to the same bits.
/// </summary>
internal struct WideRow
{
    private const int Last = ParticleColumns.Count - 4;

    private Vector256<double> _a, _b, _c, _d, _e;

    /// <summary>Reads a row.</summary>
    /// <param name="rows">The first of many values.</param>
    /// <param name="at">Where the row begins.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideRow Load(ref readonly float rows, int at)
    {
        WideRow row;
        (row._a, row._b) = Vector256.Widen(Vector256.LoadUnsafe(in rows, (nuint)at));
        (row._c, row._d) = Vector256.Widen(Vector256.LoadUnsafe(in rows, (nuint)at + 8));
        row._e = Vector256.WidenUpper(Vector256.LoadUnsafe(in rows, (nuint)at + Last - 4));
        return row;
    }

    /// <summary>Reads a row of double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideRow Load(ReadOnlySpan<double> values)
    {
        ref readonly var first = ref MemoryMarshal.GetReference(values[..ParticleColumns.Count]);
        WideRow row;
        row._a = Vector256.LoadUnsafe(in first);
        row._b = Vector256.LoadUnsafe(in first, 4);
        row._c = Vector256.LoadUnsafe(in first, 8);
        row._d = Vector256.LoadUnsafe(in first, 12);
        row._e = Vector256.LoadUnsafe(in first, Last);
        return row;
    }

    /// <summary>Writes the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void StoreTo(Span<double> values)
    {
        ref var first = ref MemoryMarshal.GetReference(values[..ParticleColumns.Count]);
        _a.StoreUnsafe(ref first);
        _b.StoreUnsafe(ref first, 4);
        _c.StoreUnsafe(ref first, 8);
        _d.StoreUnsafe(ref first, 12);
        _e.StoreUnsafe(ref first, Last);
    }

    /// <summary>Adds a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in WideRow row)
    {
        _a += row._a;
        _b += row._b;
        _c += row._c;
        _d += row._d;
        _e += row._e;
    }

    /// <summary>Adds (row − mean)².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddSquaresOf(in WideRow row, in WideRow mean)
    {
        _a += (row._a - mean._a) * (row._a - mean._a);
        _b += (row._b - mean._b) * (row._b - mean._b);
        _c += (row._c - mean._c) * (row._c - mean._c);
        _d += (row._d - mean._d) * (row._d - mean._d);
        _e += (row._e - mean._e) * (row._e - mean._e);
    }

    /// <summary>Sets all bits of the columns in which two rows differ, and leaves the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Mark(in WideRow row, in WideRow other)
    {
        _a |= ~Vector256.Equals(row._a, other._a);
        _b |= ~Vector256.Equals(row._b, other._b);
        _c |= ~Vector256.Equals(row._c, other._c);
        _d |= ~Vector256.Equals(row._d, other._d);
        _e |= ~Vector256.Equals(row._e, other._e);
    }

    /// <summary>Writes (row − mean) · scale in single precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Scale(in WideRow mean, in WideRow scale, Span<float> destination)
    {
        ref var first = ref MemoryMarshal.GetReference(destination);
        Vector256.Narrow((_a - mean._a) * scale._a, (_b - mean._b) * scale._b).StoreUnsafe(ref first);
        Vector256.Narrow((_c - mean._c) * scale._c, (_d - mean._d) * scale._d).StoreUnsafe(ref first, 8);
        var last = (_e - mean._e) * scale._e;
        Vector256.Narrow(last, last).GetLower().StoreUnsafe(ref first, Last);
    }
}
