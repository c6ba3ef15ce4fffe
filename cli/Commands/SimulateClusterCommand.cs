using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DaprHep.Cli.Simulation;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep simulate-cluster</c>: how long a run takes on machines that are not there yet.</summary>
internal static class SimulateClusterCommand
{
    public static Command Create()
    {
        ClusterShape usual = new();
        ClusterCosts measured = new();
        Option<long> events = Whole("--events", "N", "Events in the ROOT files.", usual.Events);
        Option<long> files = Whole("--files", "N", "ROOT files.", usual.Files);
        Option<long> epochs = Whole("--epochs", "N", "Passes over the training events.", usual.Epochs);
        Option<long> nodes = Whole("--nodes", "N", "Machines.", usual.Nodes);
        Option<long> cores = Whole("--cores", "N", "Cores of a machine.", usual.Cores);
        Option<long> ingest = Whole("--ingest", "N", "Processes of ingest.", usual.Ingest);
        Option<long> features = Whole("--features", "N", "Processes of features.", usual.Features);
        Option<long> ranks = Whole("--ranks", "N", "Processes that train together, each on a core or GPU of its own.", usual.Ranks);
        long bandwidth = (long)(usual.StoreBytes / 1e6);
        Option<long> store = Whole("--store-bandwidth", "MB/S", "What the object store gives and takes, in all.", bandwidth);
        Option<long> input = Whole("--input-bytes", "N", "Bytes read of an event's ROOT file.", (long)measured.InputBytes);
        var rates = new Option<string[]>("--rate")
        {
            Description = $"Events a second of one core (of a rank, for train): {string.Join(", ", measured.Rates.Keys)}.",
            HelpName = "STEP=N",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("simulate-cluster", "How long a run would take on a cluster, and what it would wait for.")
        {
            events, files, epochs, nodes, cores, ingest, features, ranks, store, input, rates, json,
        };
        command.SetAction((parsed, _) => Failure.Guard(() =>
        {
            var shape = new ClusterShape
            {
                Events = parsed.GetValue(events),
                Files = Count(files),
                Epochs = Count(epochs),
                Nodes = Count(nodes),
                Cores = Count(cores),
                Ingest = Count(ingest),
                Features = Count(features),
                Ranks = Count(ranks),
                StoreBytes = parsed.GetValue(store) * 1e6,
            };
            ClusterCosts costs = measured with
            {
                InputBytes = parsed.GetValue(input), Rates = WithRates(measured.Rates, parsed.GetValue(rates) ?? []),
            };
            if (shape.Files > shape.Events)
                throw new UsageException($"--files {shape.Files}: expected at most as many as there are events, {shape.Events}");
            SimulatedRun run = ClusterSimulation.Run(shape, costs);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize(run, JsonSerializerOptions.Web));
            else
                Write(run, Console.Out);
            return Task.CompletedTask;

            int Count(Option<long> option) => (int)parsed.GetValue(option);
        }));
        return command;
    }

    private static void Write(SimulatedRun run, TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"makespan     {Duration(run.Makespan)}"));
        foreach (SimulatedStep step in run.Steps)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {step.Step,-11}{Duration(step.Seconds)}"));
        output.WriteLine("utilisation");
        foreach (SimulatedStation station in run.Stations)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {station.Name,-11}{station.Utilisation,7:P1} of {station.Places}"));
        }
        output.WriteLine($"bottleneck   {run.Bottleneck.Name}; longest step: {run.Longest.Step}");
    }

    private static string Duration(double seconds) => seconds < 600
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds,9:F2} s")
        : string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600,9:F2} h");

    private static Dictionary<string, double> WithRates(IReadOnlyDictionary<string, double> rates, IReadOnlyList<string> arguments)
    {
        var all = new Dictionary<string, double>(rates);
        foreach (string argument in arguments)
        {
            bool isRate = argument.Split('=') is [var step, var text] && all.ContainsKey(step)
                && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double rate)
                && rate > 0 && double.IsFinite(rate) && (all[step] = rate) > 0;
            if (!isRate)
            {
                string steps = string.Join(", ", rates.Keys);
                throw new UsageException($"--rate {argument}: expected STEP=N, a rate above 0, with STEP one of {steps}");
            }
        }
        return all;
    }

    private static Option<long> Whole(string name, string help, string description, long usual)
    {
        const long Most = 1_000_000_000;
        var option = new Option<long>(name) { Description = description, HelpName = help, DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!long.TryParse(result.Tokens[0].Value, out long value) || value is < 1 or > Most))
                result.AddError($"{name} {result.Tokens[0].Value}: expected a whole number from 1 to {Most}");
        });
        return option;
    }
}
