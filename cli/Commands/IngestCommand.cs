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
        var files = new Argument<string[]>("FILES") { Description = "ROOT files: paths, URLs, globs, @lists.", Arity = ArgumentArity.OneOrMore };
        Option<int> label = NumberOption.Required(
            "--label", "Label of all events: 0 QCD, 1 top pair, 2 W+jets, -1 unlabelled.", -1, EventClasses.Names.Count - 1);
        var output = new Option<string>("--out") { Description = "The Arrow file to write.", Required = true, HelpName = "X.arrow" };
        var physics = new Option<string>("--physics") { Description = "standard or cern2019.", DefaultValueFactory = _ => "standard" };
        physics.AcceptOnlyFromAmong("standard", "cern2019");
        Option<long?> maxEvents = NumberOption.Optional("--max-events", "Read at most so many events of each file.", 1L);
        var compress = new Option<string?>("--compress") { Description = "Compress the file's buffers.", HelpName = "zstd|lz4" };
        compress.AcceptOnlyFromAmong([.. EventCompression.Names]);
        var json = new Option<bool>("--json") { Description = "Print the counts as JSON." };
        var command = new Command("ingest", "ROOT files to one Arrow IPC file of events.") 
        {
            files, label, output, physics, maxEvents, compress, json,
        };
        command.SetAction((parsed, cancellation) => Failure.Guard(() => RunAsync(
            [.. parsed.GetValue(files)!.SelectMany(SampleArguments.FilesOf)],
            parsed.GetValue(label),
            Path.GetFullPath(parsed.GetValue(output)!),
            parsed.GetValue(physics)!,
            parsed.GetValue(maxEvents) ?? long.MaxValue,
            parsed.GetValue(compress),
            parsed.GetValue(json),
            cancellation)));
        return command;
    }

    private static async Task RunAsync(
        IReadOnlyList<string> files,
        int label,
        string output,
        string physics,
        long maxEvents,
        string? compression,
        bool json,
        CancellationToken cancellation)
    {
        var progress = new PlainProgress(Console.Error);
        long[] entries = [.. files.Select(file => Math.Min(maxEvents, RootInput.Entries(file, DelphesBranches.Tree)))];
        var counts = new List<NamedCount>();
        ObjectStore folder = ObjectStore.Open(Path.GetDirectoryName(output)!);
        await using ObjectWriter target = await folder.CreateAsync(Path.GetFileName(output), cancellation);
        using (var writer = new EventFileWriter(target.Stream, EventConversion.SchemaOf(physics), compression))
        {
            for (int i = 0; i < files.Count; i++)
            {
                using var conversion = EventConversion.Open(physics, files[i], DelphesBranches.Tree, label, 0, entries[i]);
                conversion.Run(
                    table => writer.Write(table),
                    events => progress.Report(new StepProgress("", Steps.Convert, events, entries.Sum())),
                    cancellation);
                counts = [.. conversion.CutFlow.Select((step, k) => new NamedCount(step.Name, step.Count + (k < counts.Count ? counts[k].Count : 0)))];
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
