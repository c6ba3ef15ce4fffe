using System.Numerics;
using System.Runtime.CompilerServices;

namespace DaprHep.Serving.Http.Json;

/// <summary>
/// Reads JSON numbers as float32 to the bits of the standard parser, several times as fast, where that takes no long arithmetic; others it
/// leaves to that parser. Up to nineteen digits and a power of ten make a float64 that is off by two units in its last place at most. Rounding that to float32 gives what the digits themselves round to, unless it lies as close to the middle between two float32.
/// </summary>
internal static class FloatText
{
    /// <summary>Bytes of zero that must follow the text, so that nothing needs to be looked for where it ends.</summary>
    public const int Slack = 2 * sizeof(ulong);

    private const int MostDigits = 19;
    private const ulong Zeros = 0x3030303030303030;

    // What float64 has beyond float32: 29 bits, the first of which is the middle.
    private const ulong Beyond = (1ul << 29) - 1, Middle = 1ul << 28, Doubt = 8;

    // Below it, float32 has fewer bits.
    private const double LeastNormal = 1.1754944e-38;

    private static ReadOnlySpan<double> Powers =>
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
        1e23, 1e24, 1e25, 1e26, 1e27, 1e28, 1e29, 1e30, 1e31, 1e32, 1e33, 1e34, 1e35, 1e36, 1e37, 1e38, 1e39, 1e40, 1e41, 1e42, 1e43, 1e44,
    ];

    private static ReadOnlySpan<ulong> Shifts => [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];

    /// <summary>Reads a number.</summary>
    /// <param name="text">Its first byte; at least <see cref="Slack"/> bytes of zero end the text somewhere.</param>
    /// <param name="value">Receives the number.</param>
    /// <returns>How many bytes it has; 0 where it is none, or one for the standard parser.</returns>
    public static int Read(ref readonly byte text, out float value)
    {
        value = 0;
        int sign = At(in text, 0) == '-' ? 1 : 0, at = sign, first = at;
        uint digit = At(in text, at++) - (uint)'0';
        if (digit > 9)
            return 0;
        ulong digits = digit;
        while ((digit = At(in text, at) - (uint)'0') <= 9)
        {
            if (digits == 0 || at - first >= MostDigits)
                return 0;
            digits = (10 * digits) + digit;
            at++;
        }
        int power = 0;
        if (At(in text, at) == '.')
        {
            int point = at++;
            // Noughts before the first other digit count for nothing but the power.
            while (digits == 0 && At(in text, at) == '0')
                at++;
            first = digits == 0 ? at - 1 : first;
            int run;
            do
            {
                run = Run(in text, at, ref digits);
                at += run;
                if (at - first - 1 > MostDigits)
                    return 0;
            }
            while (run == sizeof(ulong));
            power = point + 1 - at;
            if (power == 0)
                return 0;
        }
        if ((At(in text, at) | 0x20) == 'e')
        {
            int length = Exponent(in text, at, ref power);
            if (length == 0)
                return 0;
            at += length;
        }
        bool isThere = TryRound(digits, power, out float magnitude);
        value = sign == 1 ? -magnitude : magnitude;
        return isThere ? at : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint At(ref readonly byte text, int offset) => Unsafe.Add(ref Unsafe.AsRef(in text), offset);

    /// <summary>Takes up to eight digits at once.</summary>
    /// <returns>How many there were.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Run(ref readonly byte text, int offset, ref ulong digits)
    {
        ulong eight = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref Unsafe.AsRef(in text), offset));
        // A digit is 3 in its upper half, and still is with 6 added.
        const ulong Upper = 0xF0F0F0F0F0F0F0F0, Six = 0x0606060606060606;
        ulong others = ((eight & Upper) ^ Zeros) | (((eight + Six) & Upper) ^ Zeros);
        if (others == 0)
        {
            digits = (100_000_000 * digits) + Value(eight);
            return sizeof(ulong);
        }
        int run = BitOperations.TrailingZeroCount(others) / 8;
        if (run == 0)
            return 0;
        // Noughts in front in place of what comes behind.
        int free = 8 * (sizeof(ulong) - run);
        digits = (Shifts[run] * digits) + Value((eight << free) | (Zeros >> (64 - free)));
        return run;
    }

    // Neighbours are joined: digits to pairs, pairs to fours, fours to eight.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Value(ulong eight)
    {
        eight -= Zeros;
        eight = (10 * eight) + (eight >> 8);
        const ulong Pairs = 0x000000FF000000FF;
        return (uint)((((eight & Pairs) * (100 + (1_000_000ul << 32))) + (((eight >> 16) & Pairs) * (1 + (10_000ul << 32)))) >> 32);
    }

    private static int Exponent(ref readonly byte text, int offset, ref int power)
    {
        const int MostDigitsOfPower = 3;
        int at = offset + 1;
        bool isNegative = At(in text, at) == '-';
        if (isNegative || At(in text, at) == '+')
            at++;
        int first = at, exponent = 0;
        for (uint digit; (digit = At(in text, at) - (uint)'0') <= 9 && at - first <= MostDigitsOfPower; at++)
            exponent = (10 * exponent) + (int)digit;
        if (at == first || at - first > MostDigitsOfPower)
            return 0;
        power += isNegative ? -exponent : exponent;
        return at - offset;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryRound(ulong digits, int power, out float value)
    {
        value = 0;
        if (digits == 0)
            return true;
        if (Math.Abs(power) >= Powers.Length)
            return false;
        double close = power < 0 ? digits / Powers[-power] : digits * Powers[power];
        value = (float)close;
        ulong beyond = BitConverter.DoubleToUInt64Bits(close) & Beyond;
        return beyond - (Middle - Doubt) > 2 * Doubt && close is > LeastNormal and < float.MaxValue;
    }
}
