using System.CommandLine;
using System.Text.Json.Nodes;
using DaprHep.Cli.Export;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Hosting;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep export</c>: events for programs that do not read Arrow.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var dataset = new Argument<string>("DATASET")
        {
            Description = "A dataset (STORE/events/HASH, STORE/training/HASH), the folder of a run, or an Arrow file of events.",
        };
        var format = new Option<string>("--format") { Description = "csv: features; npy: a folder of arrays; tfrecord: tf.train.Example.", Required = true };
        format.AcceptOnlyFromAmong("csv", "npy", "tfrecord");
        var output = new Option<string>("--out") { Description = "The file, or the folder of arrays, to write.", Required = true, HelpName = "PATH" };
        var split = new Option<string>("--split") { Description = "Which shards of a run: train or test.", DefaultValueFactory = _ => "train" };
        split.AcceptOnlyFromAmong("train", "test");
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("export", "Events as CSV, NumPy arrays or TFRecord.") { dataset, format, output, split, json };
        command.SetAction((parsed, cancellation) => Failure.Guard(() => RunAsync(
            parsed.GetValue(dataset)!,
            parsed.GetValue(format)!,
            Path.GetFullPath(parsed.GetValue(output)!),
            parsed.GetValue(split) == "test" ? DataSplit.Test : DataSplit.Train,
            parsed.GetValue(json),
            cancellation)));
        return command;
    }

    private static async Task RunAsync(string dataset, string format, string output, DataSplit split, bool json, CancellationToken cancellation)
    {
        NamedEvents events = await NamedEvents.FindAsync(dataset, split, cancellation);
        string partial = $"{output}.{Guid.NewGuid():N}.partial";
        long count = 0;
        try
        {
            if (File.Exists(output) || Directory.Exists(output))
                throw new BadInputException($"--out {output}: is there already; give a new path");
            IReadOnlyList<string> features = (await events.NamesAsync(cancellation)).Features;
            using (EventExport export = Open(format, partial, features))
            {
                await events.ForEachTableAsync(
                    table =>
                    {
                        export.Add(table);
                        count += table.Count;
                    },
                    cancellation);
                export.Finish();
            }
            if (Directory.Exists(partial))
                PosixFile.FlushFolder(partial);
            Directory.Move(partial, output); // a file, too
            PosixFile.FlushFolder(Path.GetDirectoryName(output)!);
        }
        catch (Exception e) when (StoreFullException.IsCause(e))
        {
            throw new StoreFullException(Path.GetDirectoryName(output)!, Path.GetFileName(output), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"--out {output}: can't be written ({e.Message}); give a path in a folder you may write to", e);
        }
        finally
        {
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
            if (File.Exists(partial))
                File.Delete(partial);
        }
        Console.Out.WriteLine(json
            ? new JsonObject { ["out"] = output, ["format"] = format, ["events"] = count }.ToJsonString()
            : $"{output}: {count:N0} events");
    }

    private static EventExport Open(string format, string path, IReadOnlyList<string> features) => format switch
    {
        "csv" => new CsvExport(path, features),
        "npy" => new NpyExport(path),
        _ => new TfRecordExport(path),
    };
}
