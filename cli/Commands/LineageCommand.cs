using System.CommandLine;
using System.Text.Json.Nodes;
using DaprHep.Cli.Lineage;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep lineage</c>: from a model or an event back to the ROOT files.</summary>
internal static class LineageCommand
{
    public static Command Create()
    {
        var what = new Argument<string>("X") { Description = "The folder of a model or a run, a dataset (STORE/training/HASH), or DATASET#ROW." };
        var store = new Option<string?>("--store") { Description = "Object store of a model that was copied out of it.", HelpName = "URL" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("lineage", "Where a model, a dataset or one of its events comes from.") { what, store, json };
        command.SetAction((parsed, cancellation) => Failure.Guard(async () =>
        {
            JsonObject lineage = await new LineageSearch(cancellation).OfAsync(parsed.GetValue(what)!, parsed.GetValue(store));
            if (parsed.GetValue(json))
                Console.Out.WriteLine(lineage.ToJsonString());
            else
                LineageText.Write(lineage, Console.Out);
        }));
        return command;
    }
}
