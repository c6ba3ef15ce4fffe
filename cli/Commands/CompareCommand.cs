using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using DaprHep.Cli.Gateway;
using DaprHep.Hosting;
using DaprHep.Learning.Report;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep compare</c>: several finished runs side by side, in one page and in the terminal.</summary>
internal static class CompareCommand
{
    private const int MostRuns = 12;
    private const long LargestDocument = 64 << 20;

    public static Command Create()
    {
        var runs = new Argument<string[]>("RUN")
        {
            Description = $"Folders of finished runs or evaluations, 2 to {MostRuns}; with --gateway, names of its runs.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--out")
        {
            Description = "File to write.", HelpName = "FILE", DefaultValueFactory = _ => "compare.html",
        };
        var gateway = new Option<string?>("--gateway") { Description = "Compare runs of this gateway.", HelpName = "URL" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of a table." };
        var command = new Command("compare", "Show finished runs side by side: figures, curves, parameters.") { runs, output, gateway, json };
        command.Validators.Add(result =>
        {
            string[] given = result.GetValue(runs) ?? [];
            if (given.Length is < 2 or > MostRuns)
                result.AddError($"RUN: {given.Length} given; expected 2 to {MostRuns}");
            else if (given.Select(NameOf).GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } same)
                result.AddError($"RUN {same.Key}: given {same.Count()} times");
        });
        command.SetAction((parsed, cancellation) => Failure.Guard(async () =>
        {
            string[] given = parsed.GetValue(runs)!;
            RunComparison comparison = parsed.GetValue(gateway) is { } url
                ? await FromGatewayAsync(url, given, cancellation)
                : new RunComparison([.. given.Select(FromFolder)]);
            string page = ComparePage.Render(comparison, DateTimeOffset.UtcNow, $"DaprHep {SoftwareVersion.Current}");
            string file = await OutputFile.WriteAsync(parsed.GetValue(output)!, Encoding.UTF8.GetBytes(page), cancellation);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(ToJson(comparison, file).ToJsonString());
            else
                Print(comparison, file);
        }));
        return command;
    }

    private static string NameOf(string given) => given.Length > 1 ? given.TrimEnd('/') : given;

    private static ComparedRun FromFolder(string folder) =>
        Read(NameOf(folder), Document(folder, "metrics.json"), Document(folder, "curves.json"), Document(folder, "run.json"));

    private static byte[] Document(string folder, string name)
    {
        var file = new FileInfo(Path.Combine(folder, name));
        if (!file.Exists)
            throw new BadInputException($"{folder}: no {name}; give the folder of a finished run or evaluation, or --gateway for its runs");
        if (file.Length > LargestDocument)
            throw new BadInputException($"{file.FullName}: has {file.Length:N0} bytes; a run's {name} has {LargestDocument:N0} at most");
        try
        {
            return File.ReadAllBytes(file.FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{file.FullName}: can't be read ({e.Message})", e);
        }
    }

    private static async Task<RunComparison> FromGatewayAsync(string url, string[] names, CancellationToken cancellation)
    {
        using var client = new GatewayClient(url);
        var runs = new List<ComparedRun>();
        foreach (string name in names)
        {
            runs.Add(Read(
                name,
                await client.DocumentAsync(name, "metrics", cancellation),
                await client.DocumentAsync(name, "curves", cancellation),
                await client.DocumentAsync(name, "record", cancellation)));
        }
        return new RunComparison(runs);
    }

    private static ComparedRun Read(string name, byte[] metrics, byte[] curves, byte[] record)
    {
        try
        {
            return ComparedRun.Read(name, metrics, curves, record);
        }
        catch (RunDocumentException e)
        {
            throw new BadInputException(e.Message, e);
        }
    }

    private static void Print(RunComparison comparison, string file)
    {
        var table = new TextTable(["figure", .. comparison.Runs.Select(run => ">" + run.Name)]);
        table.Add(["test set", .. comparison.Runs.Select(run => $"{comparison.TestSetName(run)} ({run.Metrics.TestEvents:N0} events)")]);
        foreach (var (name, of, moreIsBetter) in RunComparison.Figures)
            table.Add([name, .. comparison.Runs.Select(run => (comparison.IsBest(run, of, moreIsBetter) ? "* " : "") + of(run))]);
        table.Write(Console.Out);
        if (comparison.IsOfOneTestSet)
            Console.Out.WriteLine("* best; all runs were tested on the same events");
        else
            Console.Out.WriteLine("These runs were tested on different events: figures compare only where the test set has the same letter.");
        Console.Out.WriteLine($"page  {file}");
        Console.Out.WriteLine();
        var differences = new TextTable(["parameter", .. comparison.Runs.Select(run => run.Name)]);
        foreach (var (name, values) in comparison.Differences)
            differences.Add([name, .. values.Select(value => value ?? "–")]);
        differences.Add(["inputs", .. comparison.Runs.Select(run => run.Inputs.SequenceEqual(comparison.Runs[0].Inputs) ? "same" : "others")]);
        differences.Write(Console.Out);
    }

    private static JsonObject ToJson(RunComparison comparison, string file) => new()
    {
        ["page"] = file,
        ["same_test_set"] = comparison.IsOfOneTestSet,
        ["same_inputs"] = comparison.IsOfSameInputs,
        ["runs"] = new JsonArray([.. comparison.Runs.Select(run => new JsonObject
        {
            ["run"] = run.Name,
            ["test_set"] = run.TestSet,
            ["parameters"] = new JsonObject(run.Parameters.Select(parameter => KeyValuePair.Create(parameter.Name, (JsonNode?)parameter.Value))),
            ["metrics"] = run.Metrics.ToJson(),
            ["curves"] = run.Curves.ToJson(),
        })]),
        ["differences"] = new JsonArray([.. comparison.Differences.Select(parameter => (JsonNode)parameter.Name)]),
    };
}
