using System.CommandLine;
using System.Text.Json.Nodes;
using DaprHep.Cli.Progress;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Ingest;
using DaprHep.Physics;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep ingest</c>: ROOT files to one Arrow IPC file with the event schema.</summary>
internal static class IngestCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILES") { Description = "ROOT files; globs are understood.", Arity = ArgumentArity.OneOrMore };
        var label = new Option<int>("--label") { Description = "Label of all events: 0 QCD, 1 top pair, 2 W+jets, -1 unlabelled.", Required = true };
        label.Validators.Add(result =>
        {
            int value = result.GetValueOrDefault<int>();
            if (value < -1 || value >= EventClasses.Names.Count)
                result.AddError($"--label {value}: expected -1 to {EventClasses.Names.Count - 1}");
        });
        var output = new Option<string>("--out") { Description = "The Arrow file to write.", Required = true, HelpName = "X.arrow" };
        var physics = new Option<string>("--physics") { Description = "standard or cern2019.", DefaultValueFactory = _ => "standard" };
        physics.AcceptOnlyFromAmong("standard", "cern2019");
        var json = new Option<bool>("--json") { Description = "Print the counts as JSON." };
        var command = new Command("ingest", "ROOT files to one Arrow IPC file of events.") { files, label, output, physics, json };
        command.SetAction((parsed, cancellation) => Failure.Guard(() => RunAsync(
            [.. parsed.GetValue(files)!.SelectMany(SampleArguments.FilesOf)],
            parsed.GetValue(label),
            Path.GetFullPath(parsed.GetValue(output)!),
            parsed.GetValue(physics)!,
            parsed.GetValue(json),
            cancellation)));
        return command;
    }

    private static async Task RunAsync(
        IReadOnlyList<string> files, int label, string output, string physics, bool json, CancellationToken cancellation)
    {
        var progress = new PlainProgress(Console.Error);
        long total = files.Sum(file => RootInput.Entries(file, DelphesBranches.Tree));
        var counts = new List<NamedCount>();
        ObjectStore folder = ObjectStore.Open(Path.GetDirectoryName(output)!);
        await using ObjectWriter target = await folder.CreateAsync(Path.GetFileName(output), cancellation);
        using (var writer = new EventFileWriter(target.Stream, EventConversion.SchemaOf(physics)))
        {
            foreach (string file in files)
            {
                using var conversion = EventConversion.Open(physics, file, DelphesBranches.Tree, label);
                conversion.Run(
                    table => writer.Write(table),
                    events => progress.Report(new StepProgress("", Steps.Convert, events, total)),
                    cancellation);
                counts = [.. conversion.CutFlow.Select((step, i) => new NamedCount(step.Name, step.Count + (i < counts.Count ? counts[i].Count : 0)))];
            }
            writer.Finish();
        }
        await target.CommitAsync(cancellation);

        if (json)
            Console.Out.WriteLine(new JsonObject(counts.Select(step => KeyValuePair.Create(step.Name, (JsonNode?)step.Count))).ToJsonString());
        else
            Console.Out.WriteLine($"{output}: {string.Join(", ", counts.Select(step => $"{step.Count:N0} {step.Name}"))}");
    }
}
