using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using DaprHep.Cli.Gateway;
using DaprHep.Data.Collection;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using Spectre.Console;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep gc</c>: shows, and with <c>--delete</c> takes away, what of a store no run needs.</summary>
internal static class GcCommand
{
    private const double Days = 7;

    // A run's plan is written some time after the gateway has accepted it, never before; clocks differ.
    private static readonly TimeSpan ClockMargin = TimeSpan.FromMinutes(5);

    public static Command Create()
    {
        var store = new Argument<string>("STORE") { Description = "Object store: a folder (OUT/store) or a URL." };
        var delete = new Option<bool>("--delete") { Description = "Delete it; without, it is only shown." };
        var days = new Option<double>("--older-than")
        {
            Description = "Keep what was written in the last so many days, for the runs that may be under way.",
            HelpName = "DAYS",
            DefaultValueFactory = _ => Days,
        };
        var gateway = new Option<string?>("--gateway")
        {
            Description = "Keep, besides, what was written since the oldest unfinished run of this gateway began.",
            HelpName = "URL",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of a table." };
        var command = new Command("gc", "Show or delete what of a store no run needs.") { store, delete, days, gateway, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(days) is not (>= 0 and < 36500))
                result.AddError("--older-than: expected days from 0 to 36500");
        });
        command.SetAction((parsed, cancellation) => Failure.Guard(async () =>
        {
            DateTimeOffset since = DateTimeOffset.UtcNow - TimeSpan.FromDays(parsed.GetValue(days));
            if (parsed.GetValue(gateway) is { } url && await OldestUnfinishedAsync(url, cancellation) is { } begun && begun < since)
                since = begun;
            var collector = new GarbageCollector(ObjectStore.OpenExisting(parsed.GetValue(store)!), since);
            Garbage garbage = await collector.FindAsync(cancellation);
            var gone = new List<ObjectGroup>();
            bool isWhole = !parsed.GetValue(delete) || await collector.DeleteAsync(garbage, gone.Add, cancellation);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(ToJson(garbage, gone, parsed.GetValue(delete)).ToJsonString());
            else
                Print(garbage, gone, parsed.GetValue(delete));
            if (!isWhole)
                throw new BadInputException($"a run has begun meanwhile, so {garbage.Groups.Count - gone.Count} items stay; start gc again later");
        }, interrupted: "interrupted; what is in the store is whole, start gc again for the rest"));
        return command;
    }

    private static async Task<DateTimeOffset?> OldestUnfinishedAsync(string gateway, CancellationToken cancellation)
    {
        using var client = new GatewayClient(gateway);
        RunState[] unfinished = [.. (await client.ListAsync(cancellation)).Where(run => !run.HasEnded)];
        return unfinished.Length == 0 ? null : unfinished.Min(run => run.CreatedAt) - ClockMargin;
    }

    private static JsonObject ToJson(Garbage garbage, List<ObjectGroup> gone, bool delete) => new()
    {
        ["deleted"] = delete,
        ["garbage"] = new JsonArray([.. (delete ? gone : garbage.Groups).Select(group => new JsonObject
        {
            ["name"] = group.Name,
            ["objects"] = group.Objects.Count,
            ["bytes"] = group.Bytes,
            ["modified"] = group.Modified,
        })]),
        ["kept"] = garbage.Kept.Count,
        ["kept_bytes"] = garbage.Kept.Sum(group => group.Bytes),
        ["unfinished_writes"] = garbage.Unfinished,
    };

    private static void Print(Garbage garbage, List<ObjectGroup> gone, bool delete)
    {
        IReadOnlyList<ObjectGroup> groups = delete ? gone : garbage.Groups;
        Table table = new Table().Border(TableBorder.Rounded)
            .AddColumns("step", "items", delete ? "MB deleted" : "MB not needed", "items kept", "MB kept");
        foreach (string step in groups.Concat(garbage.Kept).Select(group => group.Step).Distinct().Order(StringComparer.Ordinal))
        {
            List<ObjectGroup> old = [.. groups.Where(group => group.Step == step)], kept = [.. garbage.Kept.Where(group => group.Step == step)];
            table.AddRow(step, Number(old.Count), Megabytes(old), Number(kept.Count), Megabytes(kept));
        }
        AnsiConsole.Write(table);
        if (garbage.Unfinished > 0)
            Console.Out.WriteLine($"{garbage.Unfinished} writes were never completed{(delete ? "; what was left of them is deleted" : "")}");
        if (!delete && groups.Count + garbage.Unfinished > 0)
            Console.Out.WriteLine("nothing is deleted; --delete does it");
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Megabytes(List<ObjectGroup> groups) => (groups.Sum(group => group.Bytes) / 1e6).ToString("F1", CultureInfo.InvariantCulture);
}
