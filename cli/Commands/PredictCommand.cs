using System.CommandLine;
using System.Text.Json.Nodes;
using DaprHep.Cli.Predictions;
using DaprHep.Cli.Progress;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Ingest;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Inference;
using DaprHep.Learning.Training;
using DaprHep.Physics;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep predict</c>: ROOT files and a model to class probabilities, in one pass.</summary>
internal static class PredictCommand
{
    private const int Unlabelled = -1;
    private const string ArrowExtension = ".arrow", CsvExtension = ".csv";

    public static Command Create()
    {
        var model = new Argument<string>("MODEL")
        {
            Description = "Folder, or prefix in a store, with model.json and model.safetensors; OUT/model of a run.",
        };
        var files = new Argument<string[]>("FILES")
        {
            Description = "ROOT files, s3:// and http:// too; globs are understood.", Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--out")
        {
            Description = "The file to write, .arrow or .csv.", Required = true, HelpName = "X.arrow|X.csv",
        };
        Option<long?> maxEvents = NumberOption.Optional("--max-events", "Read at most so many events of each file.", 1L);
        var device = new Option<string>("--device")
        {
            Description = "What computes: cpu, or cuda for networks in large batches on a GPU.",
            DefaultValueFactory = _ => TrainingRequest.Cpu,
        };
        device.AcceptOnlyFromAmong(TrainingRequest.Cpu, TrainingRequest.Cuda);
        var json = new Option<bool>("--json") { Description = "Print the counts as JSON." };
        var command = new Command("predict", "Class probabilities of the events in ROOT files.")
        {
            model, files, output, maxEvents, device, json,
        };
        command.SetAction((parsed, cancellation) => Failure.Guard(() => RunAsync(
            parsed.GetValue(model)!,
            parsed.GetValue(files)!,
            parsed.GetValue(output)!,
            parsed.GetValue(maxEvents) ?? long.MaxValue,
            TrainingDevices.Parse(parsed.GetValue(device)!),
            parsed.GetValue(json),
            cancellation)));
        return command;
    }

    private static async Task RunAsync(
        string model, string[] patterns, string given, long maxEvents, TrainingDevice device, bool json, CancellationToken cancellation)
    {
        string output = Path.GetFullPath(given);
        if (Path.GetExtension(output) is not (ArrowExtension or CsvExtension))
            throw new UsageException($"--out {given}: expected a name that ends in {ArrowExtension} or {CsvExtension}");
        if (Directory.Exists(output))
            throw new BadInputException($"--out {given}: is a folder; give a file");
        Predictor predictor = await LoadAsync(model, device, cancellation);
        IReadOnlyList<string> files = [.. patterns.SelectMany(SampleArguments.FilesOf)];
        long[] entries = [.. files.Select(file => Math.Min(maxEvents, RootInput.Entries(file, DelphesBranches.Tree)))];

        var counts = new List<NamedCount>();
        var chosen = new long[predictor.Classes];
        ObjectStore folder = ObjectStore.Open(Path.GetDirectoryName(output)!);
        await using ObjectWriter target = await folder.CreateAsync(Path.GetFileName(output), cancellation);
        using (PredictionWriter writer = Path.GetExtension(output) == ArrowExtension
            ? new ArrowPredictions(target.Stream, predictor.Description)
            : new CsvPredictions(target.Stream, predictor.Description.Classes))
        {
            var progress = new PlainProgress(Console.Error);
            for (int i = 0; i < files.Count; i++)
            {
                string file = files[i];
                float[] probabilities = [];
                using var conversion = EventConversion.Open(
                    predictor.Description.Physics!, file, DelphesBranches.Tree, Unlabelled, 0, entries[i]);
                conversion.Run(
                    table => Predict(predictor, file, table, ref probabilities, writer, chosen),
                    events => progress.Report(new StepProgress("", "predict", events, entries.Sum())),
                    cancellation);
                counts = [.. conversion.CutFlow.Select(
                    (step, k) => new NamedCount(step.Name, step.Count + (k < counts.Count ? counts[k].Count : 0)))];
            }
            writer.Finish();
        }
        await target.CommitAsync(cancellation);
        Report(output, counts, predictor.Description.Classes, chosen, json);
    }

    private static async Task<Predictor> LoadAsync(string location, TrainingDevice device, CancellationToken cancellation)
    {
        (ObjectStore store, string prefix) = await StoredModel.FindAsync(location, cancellation);
        try
        {
            Predictor predictor = await Predictor.LoadAsync(store, prefix, device, cancellation);
            if (predictor.Description.Physics is null)
            {
                throw new BadInputException(
                    $"{location}: {SavedModel.DescriptionName} does not say with which physics events are to be converted");
            }
            if (predictor.Description.Features.Select(feature => feature.Name).SequenceEqual(HlfColumns.Names))
                return predictor;
            throw new BadInputException(
                $"{location}: the model's features are not those of the conversion, {string.Join(", ", HlfColumns.Names)}");
        }
        catch (Exception e) when (e is ModelFormatException or ModelDigestException)
        {
            throw new BadInputException($"{location}: {e.Message}", e);
        }
    }

    private static void Predict(
        Predictor predictor, string file, in EventTable table, ref float[] probabilities, PredictionWriter writer, long[] chosen)
    {
        if (table.Count == 0)
            return;
        int values = table.Count * predictor.Classes;
        if (probabilities.Length < values)
            probabilities = new float[values];
        try
        {
            predictor.Predict(table.Hlf.Span, table.Particles.Span, table.Offsets.Span, probabilities.AsSpan(0, values));
        }
        catch (PredictionInputException e)
        {
            throw new BadInputException($"{file}: entry {(uint)table.Ids.Span[e.Event]}: {e.Message}", e);
        }
        writer.Write(file, table.Ids, probabilities.AsMemory(0, values));
        for (int i = 0; i < table.Count; i++)
        {
            ReadOnlySpan<float> own = probabilities.AsSpan(i * predictor.Classes, predictor.Classes);
            int best = 0;
            for (int c = 1; c < own.Length; c++)
                best = own[c] > own[best] ? c : best;
            chosen[best]++;
        }
    }

    private static void Report(string output, List<NamedCount> counts, IReadOnlyList<string> classes, long[] chosen, bool json)
    {
        if (json)
        {
            var document = new JsonObject(counts.Select(step => KeyValuePair.Create(step.Name, (JsonNode?)step.Count)))
            {
                ["most probable"] = new JsonObject(classes.Select((name, c) => KeyValuePair.Create(name, (JsonNode?)chosen[c]))),
            };
            Console.Out.WriteLine(document.ToJsonString());
            return;
        }
        string steps = string.Join(", ", counts.Select(step => $"{step.Count:N0} {step.Name}"));
        string best = string.Join(", ", classes.Select((name, c) => $"{chosen[c]:N0} {name}"));
        Console.Out.WriteLine($"{output}: {steps}; most probable: {best}");
    }
}
