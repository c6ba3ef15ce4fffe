using System.Globalization;

namespace DaprHep.Benchmarks.Root;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    public const string Usage = """
        Measures reading the pipeline's branches of the Delphes files without pile-up: beside inflating their baskets alone, beside
        jsroot, and with two threads beside one.

        usage: DaprHep.Benchmarks.Root [--shared FOLDER] [--core N] [--passes N]

        --shared FOLDER   reference data with delphes/nopu (default: 'shared' beside the repository; the samples without it)
        --core N          the core for what runs on one (default: 0)
        --passes N        passes over all files; the best of each file counts (default: 25)
        """;

    public string? Shared { get; private set; }

    public int Core { get; private set; }

    public int Passes { get; private set; } = 25;

    public static Options Parse(string[] arguments)
    {
        var options = new Options();
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : throw new FormatException($"{arguments[i]} needs a value");
            switch (arguments[i])
            {
                case "--shared": options.Shared = value; break;
                case "--core": options.Core = Number(value); break;
                case "--passes": options.Passes = Math.Max(1, Number(value)); break;
                default: throw new FormatException($"unknown option {arguments[i]}");
            }
        }
        return options;
    }

    private static int Number(string value) => int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);
}
