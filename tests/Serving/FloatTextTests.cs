using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using DaprHep.Serving.Http.Json;

namespace DaprHep.Serving.Tests;

/// <summary>Numbers are read to the bits of the standard parser, or left to it.</summary>
public sealed class FloatTextTests
{
    private const int Numbers = 300_000;

    [Fact]
    public void Any_float_in_its_shortest_form_is_read_to_its_bits()
    {
        var random = new Random(1);
        int read = 0;
        for (int i = 0; i < Numbers; i++)
        {
            float value = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            if (float.IsFinite(value))
                read += IsSame(value.ToString(CultureInfo.InvariantCulture)) ? 1 : 0;
        }
        read.ShouldBeGreaterThan(Numbers / 2);
    }

    [Fact]
    public void Values_as_detectors_measure_them_are_all_read_in_any_common_form()
    {
        var random = new Random(2);
        string[] forms = ["R", "G9", "F2", "F6", "0.000", "E6", "G5"];
        int missed = 0;
        for (int i = 0; i < Numbers; i++)
        {
            float value = (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-4, 5)));
            missed += IsSame(value.ToString(forms[i % forms.Length], CultureInfo.InvariantCulture)) ? 0 : 1;
            // As languages write it that know float64 only.
            missed += IsSame(((double)value).ToString("R", CultureInfo.InvariantCulture)) ? 0 : 1;
        }
        missed.ShouldBeLessThan(10);
    }

    [Fact]
    public void Around_the_middle_between_two_floats_nothing_is_rounded_wrongly()
    {
        var random = new Random(3);
        for (int i = 0; i < Numbers; i++)
        {
            float value = (float)(random.NextDouble() * Math.Pow(10, random.Next(-3, 9)));
            double middle = ((double)value + MathF.BitIncrement(value)) / 2;
            double near = BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(middle) + random.Next(-20, 21));
            IsSame(near.ToString("R", CultureInfo.InvariantCulture));
            IsSame(near.ToString("F17", CultureInfo.InvariantCulture));
        }
        // Half-way cases go to the even neighbour.
        foreach (string exact in (string[])["16777217", "16777219", "33554434.0", "9007199791611905", "0.5000000298023223876953125"])
            IsSame(exact);
    }

    [Fact]
    public void Whatever_the_digits_are_the_bits_are_those_of_the_standard_parser()
    {
        var random = new Random(6);
        for (int i = 0; i < Numbers; i++)
        {
            string whole = Digits(random.Next(1, 21)), fraction = Digits(random.Next(1, 22));
            string power = random.Next(3) == 0 ? $"e{random.Next(-60, 60)}" : "";
            IsSame($"{(random.Next(2) == 0 ? "-" : "")}{whole}.{fraction}{power}");
            IsSame($"{whole}{power}");
        }

        string Digits(int count) => string.Create(count, random, (digits, source) =>
        {
            foreach (ref char digit in digits)
                digit = (char)('0' + source.Next(10));
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("+1")]
    [InlineData(".5")]
    [InlineData("01")]
    [InlineData("-01")]
    [InlineData("00")]
    [InlineData("1.")]
    [InlineData("1.e5")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("null")]
    [InlineData("12345678901234567890")]
    [InlineData("1e400")]
    public void What_is_no_number_or_one_for_the_standard_parser_is_not_read(string text) => Read(text, out _).ShouldBe(0);

    [Theory]
    [InlineData("0", 1)]
    [InlineData("-0", 2)]
    [InlineData("0.0e-5", 6)]
    [InlineData("12,5", 2)]
    [InlineData("1.5]", 3)]
    [InlineData("1.5.5", 3)]
    [InlineData("12345678.12345678x", 17)]
    [InlineData("1E5 ", 3)]
    [InlineData("1-2", 1)]
    public void A_number_ends_where_it_ends(string text, int length) => Read(text, out _).ShouldBe(length);

    [Fact]
    public void Noise_is_never_read_as_a_number_that_the_standard_parser_reads_otherwise()
    {
        var random = new Random(4);
        const string Alphabet = "0123456789.-+eE, ]";
        var text = new StringBuilder();
        for (int i = 0; i < Numbers; i++)
        {
            text.Clear();
            for (int k = random.Next(1, 14); k > 0; k--)
                text.Append(Alphabet[random.Next(Alphabet.Length)]);
            IsSame(text.ToString());
        }
    }

    /// <summary>Compares with the standard parser.</summary>
    /// <returns>Whether the number was read.</returns>
    private static bool IsSame(string text)
    {
        byte[] bytes = BytesOf(text);
        int length = FloatText.Read(in MemoryMarshal.GetArrayDataReference(bytes), out float value);
        if (length == 0)
            return false;
        bool isNumber = Utf8Parser.TryParse(bytes.AsSpan(0, length), out float expected, out int consumed);
        if (!isNumber || consumed != length || BitConverter.SingleToInt32Bits(value) != BitConverter.SingleToInt32Bits(expected))
            throw new ShouldAssertException($"{text}: {length} characters are read as {value:R}, expected {consumed} as {expected:R}");
        return true;
    }

    private static int Read(string text, out float value) =>
        FloatText.Read(in MemoryMarshal.GetArrayDataReference(BytesOf(text)), out value);

    private static byte[] BytesOf(string text)
    {
        byte[] bytes = new byte[text.Length + FloatText.Slack];
        Encoding.ASCII.GetBytes(text, bytes);
        return bytes;
    }
}
