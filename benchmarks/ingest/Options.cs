using System.Globalization;

namespace DaprHep.Benchmarks.Ingest;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    public const string Usage = """
        Measures ingest, ROOT files to Arrow written, on one core, beside the reference in Python on the same files.

        usage: DaprHep.Benchmarks.Ingest [--shared FOLDER] [--physics standard|cern2019] [--core N] [--passes N] [--reference-events N]

        --shared FOLDER        reference data: delphes/ and golden/ (default: 'shared' beside the repository)
        --physics PROFILE      definitions to convert with (default: standard; the reference is always standard)
        --core N               the core to run on (default: 0)
        --passes N             measured passes over the files, after one to warm up (default: 5); the median counts
        --reference-events N   the reference converts the first N events of each file (default: 250; 0: all)
        """;

    public string? Shared { get; private set; }

    public string Physics { get; private set; } = "standard";

    public int Core { get; private set; }

    public int Passes { get; private set; } = 5;

    public int ReferenceEvents { get; private set; } = 250;

    public static Options Parse(string[] arguments)
    {
        var options = new Options();
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : throw new FormatException($"{arguments[i]} needs a value");
            switch (arguments[i])
            {
                case "--shared": options.Shared = value; break;
                case "--physics": options.Physics = value; break;
                case "--core": options.Core = Number(value); break;
                case "--passes": options.Passes = Math.Max(1, Number(value)); break;
                case "--reference-events": options.ReferenceEvents = Number(value); break;
                default: throw new FormatException($"unknown option {arguments[i]}");
            }
        }
        return options;
    }

    private static int Number(string value) => int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);
}
