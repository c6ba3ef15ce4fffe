using System.Globalization;

namespace DaprHep.Benchmarks.Serving;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    public const string Usage = """
        Measures judging events: the library alone, and over HTTP, beside ONNX Runtime in Node.js and PyTorch in Python.

        usage: DaprHep.Benchmarks.Serving [JOB ...] [--seconds N] [--core N] [--check] [--alone]

        JOB          kernels    one event and bulk through the library, on one core
                     bulk       the same in bulk beside the peers' libraries, on one core
                     hlf        one event a request at 2,000 requests/s, and as many as go, beside the peers' servers
                     inclusive  the same with 120 particles at 500 requests/s
                     arrow      streams of many events
                     swap       two versions that take turns under load
                     memory     the server's memory under load, for four minutes unless --seconds says otherwise; not among the default
                     (default: all but memory)
        --seconds N  how long each measurement takes (default: 8)
        --core N     the core for kernels and bulk (default: 0)
        --alone      leave the peers out
        --check      end with 1 if a figure is worse than is wanted
        """;

    private static readonly string[] AllJobs = ["kernels", "bulk", "hlf", "inclusive", "arrow", "swap", "memory"];

    public IReadOnlyList<string> Jobs { get; private init; } = AllJobs[..^1];

    public int? Seconds { get; private init; }

    public int Core { get; private init; }

    public bool Check { get; private init; }

    public bool Alone { get; private init; }

    public static Options Parse(string[] arguments)
    {
        var options = new Options();
        var jobs = new List<string>();
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--seconds": options = options with { Seconds = Number(Next(ref i), 1) }; break;
                case "--core": options = options with { Core = Number(Next(ref i), 0) }; break;
                case "--alone": options = options with { Alone = true }; break;
                case "--check": options = options with { Check = true }; break;
                case var job when AllJobs.Contains(job): jobs.Add(job); break;
                default: throw new FormatException($"{arguments[i]} is not understood");
            }
        }
        return jobs.Count > 0 ? options with { Jobs = jobs } : options;

        string Next(ref int i) => ++i < arguments.Length ? arguments[i] : throw new FormatException($"{arguments[i - 1]} needs a value");
        static int Number(string text, int least) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least
                ? value
                : throw new FormatException($"{text} is not a number of at least {least}");
    }
}
