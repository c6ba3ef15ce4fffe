using System.Numerics;

namespace DaprHep.Data.Datasets;

/// <summary>
/// The sum of single-precision numbers, or of squares of such, without any rounding: a fixed-point number wide enough for all of them.
/// So the order of the numbers, and the order in which sums are merged, make no difference to a single bit.
/// </summary>
public sealed class ExactSum
{
    // The square of the smallest float32 is 2^-298, that of the largest below 2^256; 64 more bits let 2^64 of them be added.
    private const int LowestBit = -300;
    private const int DigitBits = 32;
    private const int Digits = (-LowestBit + 256 + 64 + DigitBits - 1) / DigitBits;
    private const int AddsBetweenCarries = 1 << 30;

    // Digits to the base 2^32 with room above, so that a carry is due only after many additions.
    private readonly long[] _digits = new long[Digits + 1];
    private int _adds;

    /// <summary>Adds a finite single-precision number.</summary>
    public void Add(float value) => AddExact(value);

    /// <summary>Adds the square of a finite single-precision number; it has 48 bits at most, so double precision holds it exactly.</summary>
    public void AddSquare(float value) => AddExact((double)value * value);

    /// <summary>Adds what another sum holds.</summary>
    public void Merge(ExactSum other)
    {
        ArgumentNullException.ThrowIfNull(other);
        other.Carry();
        Carry();
        for (int i = 0; i < _digits.Length; i++)
            _digits[i] += other._digits[i];
        Carry();
    }

    /// <summary>The sum as a whole number of units of 2^<see cref="UnitExponent"/>.</summary>
    public BigInteger ToUnits()
    {
        BigInteger units = BigInteger.Zero;
        for (int i = _digits.Length - 1; i >= 0; i--)
            units = (units << DigitBits) + _digits[i];
        return units;
    }

    /// <summary>The binary exponent of a unit.</summary>
    public static int UnitExponent => LowestBit;

    private void AddExact(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)(bits >> 52) & 0x7FF;
        if (exponent == 0)
            return; // zero: no float32 and no square of one is so small otherwise
        long mantissa = (bits & 0xFFFFFFFFFFFFFL) | (1L << 52);
        // Trailing zeros may lie below the lowest bit; no other bits can.
        int place = exponent - 1075 - LowestBit;
        if (place < 0)
        {
            mantissa >>= -place;
            place = 0;
        }
        long sign = bits >> 63;
        int digit = place / DigitBits;
        UInt128 shifted = (UInt128)(ulong)mantissa << (place % DigitBits);
        _digits[digit] += ((long)(uint)(ulong)shifted ^ sign) - sign;
        _digits[digit + 1] += ((long)(uint)((ulong)shifted >> DigitBits) ^ sign) - sign;
        _digits[digit + 2] += ((long)(uint)(ulong)(shifted >> 64) ^ sign) - sign;
        if (++_adds == AddsBetweenCarries)
            Carry();
    }

    private void Carry()
    {
        long carry = 0;
        for (int i = 0; i < _digits.Length - 1; i++)
        {
            long digit = _digits[i] + carry;
            carry = digit >> DigitBits;
            _digits[i] = digit & 0xFFFFFFFFL;
        }
        _digits[^1] += carry;
        _adds = 0;
    }
}
