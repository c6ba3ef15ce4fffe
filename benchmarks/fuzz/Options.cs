using System.Globalization;

namespace DaprHep.Benchmarks.Fuzz;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    public const string Usage = """
        Reads damaged ROOT files, each made from a seed file by a number, on all cores; prints what was slowest and largest, and the
        numbers that made the reader crash, take more than a second or more than 256 MB.

        usage: DaprHep.Benchmarks.Fuzz [--cases N] [--first N] [--number N]

        --cases N    how many (default: 1000000)
        --first N    the first number (default: 0)
        --number N   only this one, reading every branch
        """;

    public int Cases { get; private set; } = 1_000_000;

    public int First { get; private set; }

    public int? Number { get; private set; }

    public static Options Parse(string[] arguments)
    {
        var options = new Options();
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : throw new FormatException($"{arguments[i]} needs a value");
            var number = int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);
            switch (arguments[i])
            {
                case "--cases": options.Cases = number; break;
                case "--first": options.First = number; break;
                case "--number": options.Number = number; break;
                default: throw new FormatException($"unknown option {arguments[i]}");
            }
        }
        _ = checked(options.First + options.Cases);
        return options;
    }
}
