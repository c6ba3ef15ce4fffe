using System.CommandLine;
using System.Text.Json.Nodes;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Ingest;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep watch-folder</c>: converts ROOT files as they arrive, each once, until it is interrupted.</summary>
internal static class WatchFolderCommand
{
    private const double UsualInterval = 2;

    public static Command Create()
    {
        var folder = new Argument<string>("URL") { Description = "Folder or s3://BUCKET/PREFIX; its sub-folders are looked at, too." };
        var store = new Option<string>("--store") { Description = "Object store for the events.", Required = true, HelpName = "URL" };
        var name = new Option<string>("--class") { Description = "Class of all events.", Required = true };
        name.AcceptOnlyFromAmong([.. EventClasses.Names]);
        var physics = new Option<string>("--physics") { Description = "standard or cern2019.", DefaultValueFactory = _ => "standard" };
        physics.AcceptOnlyFromAmong("standard", "cern2019");
        var compress = new Option<string?>("--compress") { Description = "Compress the events.", HelpName = "zstd|lz4" };
        compress.AcceptOnlyFromAmong([.. EventCompression.Names]);
        Option<double?> interval = NumberOption.Positive(
            "--interval", "Seconds between two looks, default 2; a file is taken when it did not change in between.");
        var json = new Option<bool>("--json") { Description = "Print one JSON object a file." };
        var command = new Command("watch-folder", "Convert new ROOT files as they arrive, each once.")
        {
            folder, store, name, physics, compress, interval, json,
        };
        command.SetAction((parsed, cancellation) => Failure.Guard(
            () => RunAsync(
                ObjectStore.OpenExisting(parsed.GetValue(folder)!),
                ObjectStore.Open(parsed.GetValue(store)!),
                url => new FileConversion(url, EventClasses.LabelOf(parsed.GetValue(name)!), parsed.GetValue(physics)!, parsed.GetValue(compress)),
                TimeSpan.FromSeconds(parsed.GetValue(interval) ?? UsualInterval),
                parsed.GetValue(json),
                cancellation),
            interrupted: "interrupted; what is converted stays, and the same command goes on with the rest"));
        return command;
    }

    private static async Task RunAsync(
        ObjectStore folder, ObjectStore store, Func<string, FileConversion> conversionOf, TimeSpan interval, bool json, CancellationToken cancellation)
    {
        var watch = new FolderWatch(folder);
        for (bool hasLooked = false; ; await Task.Delay(interval, cancellation))
        {
            IReadOnlyList<string> ready;
            try
            {
                ready = await watch.LookAsync(cancellation);
                hasLooked = true;
            }
            catch (ObjectStoreException e) when (hasLooked)
            {
                // A store that was there comes back.
                Complain(e, "looked at again");
                continue;
            }
            foreach (string url in ready)
                await ConvertAsync(url);
        }

        async Task ConvertAsync(string url)
        {
            try
            {
                Print(url, await conversionOf(url).RunAsync(store, cancellation), json);
            }
            catch (BadInputException e) when (e.InnerException is null || RootInput.IsBadFile(e))
            {
                // The others go on; a file that is mended is another file.
                Complain(e, "left out until it changes");
            }
            catch (Exception e) when (e is BadInputException
                or ObjectStoreException { Kind: ObjectStoreProblem.Failed or ObjectStoreProblem.Unreachable or ObjectStoreProblem.NoObject })
            {
                Complain(e, "tried again");
                watch.Again(url);
            }
        }
    }

    private static void Complain(Exception e, string what) => Console.Error.WriteLine($"daprhep: {e.Message}; {what}");

    private static void Print(string url, FileConversionResult result, bool json)
    {
        string what = result.Converted == 0 ? "was converted before" : $"{result.Selected:N0} of {result.Read:N0} events selected";
        Console.Out.WriteLine(json
            ? new JsonObject
            {
                ["url"] = url,
                ["datasets"] = new JsonArray([.. result.Datasets.Select(dataset => (JsonNode)dataset)]),
                ["converted"] = result.Converted,
                ["read"] = result.Read,
                ["selected"] = result.Selected,
            }.ToJsonString()
            : $"{url}: {what}");
    }
}
