using System.Globalization;
using DaprHep.Data.Events;

namespace DaprHep.Benchmarks.Data;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    public const string Usage = """
        usage: DaprHep.Benchmarks.Data [--core N] [--rounds N] [--folder FOLDER] [--check]
               DaprHep.Benchmarks.Data repeat [--rounds N] [--folder FOLDER] [--check]
               DaprHep.Benchmarks.Data out-of-core [--gigabytes N] [--memory 512MB] [--compress zstd|lz4] [--folder FOLDER] [--check]

        The first measures, on one core, the feature stage, the scan of Arrow files beside apache-arrow in Node.js, what is read of a ROOT
        file, and the size of events. The second repeats a finished run. The third runs the feature stage over N GB of events in a process that may
        use so much memory.

        --core N         the core to run on (default: 0)
        --rounds N       rounds of each row (default: 3); the median counts
        --gigabytes N    GB of events, uncompressed (default: 2); twice that is needed on the disk
        --memory M       memory of the stage (default: 512MB)
        --compress WAY   compress events and shards
        --folder FOLDER  where to work (default: the folder for temporary files); what is written there is deleted at the end
        --check          end with 1 where a figure is below what is wanted
        """;

    /// <summary>Which of the three.</summary>
    public string Job { get; private set; } = "";

    public int Core { get; private set; }

    public int Rounds { get; private set; } = 3;

    public double Gigabytes { get; private set; } = 2;

    public string Memory { get; private set; } = "512MB";

    public string? Compress { get; private set; }

    public string Folder { get; private set; } = Path.GetTempPath();

    public bool Check { get; private set; }

    /// <exception cref="FormatException">It is not understood.</exception>
    public static Options Parse(string[] arguments)
    {
        var options = new Options { Job = arguments is ["out-of-core" or "repeat", ..] ? arguments[0] : "" };
        for (int i = options.Job.Length > 0 ? 1 : 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--check")
            {
                options.Check = true;
                continue;
            }
            string name = arguments[i], value = ++i < arguments.Length ? arguments[i] : throw new FormatException($"{name} needs a value");
            switch (name)
            {
                case "--core": options.Core = int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture); break;
                case "--rounds": options.Rounds = Math.Max(1, int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture)); break;
                case "--gigabytes": options.Gigabytes = double.Parse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture); break;
                case "--memory": options.Memory = value; break;
                case "--compress" when EventCompression.Names.Contains(value): options.Compress = value; break;
                case "--folder": options.Folder = Path.GetFullPath(value); break;
                default: throw new FormatException($"{name} {value}: not understood");
            }
        }
        return options;
    }
}
