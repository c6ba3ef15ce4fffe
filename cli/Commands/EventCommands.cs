using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using DaprHep.Cli.Gateway;

namespace DaprHep.Cli.Commands;

/// <summary><c>mistakes</c> and <c>event</c>: what the dashboard's event display shows of a completed run.</summary>
internal static class EventCommands
{
    private const int MostParticles = 12;

    public static Command Mistakes()
    {
        var run = new Argument<string>("RUN") { Description = "Name of a completed run." };
        return Create(
            new Command("mistakes", "List the test events that a run's model was surest of and wrong.") { run },
            parsed => (parsed.GetValue(run)!, "mistakes"),
            Print);

        static void Print(JsonNode document)
        {
            var table = new TextTable("event", "class", "taken for", ">probability");
            foreach (JsonNode one in document["mistakes"]!.AsArray().OfType<JsonNode>())
                table.Add(Text(one["event"]), Text(one["class"]), Text(one["answer"]), Figure.Of(one["probability"], "F4"));
            table.Write(Console.Out);
        }
    }

    public static Command Event()
    {
        var run = new Argument<string>("RUN") { Description = "Name of a completed run." };
        var id = new Argument<string>("EVENT") { Description = "Id of an event, as mistakes lists them." };
        return Create(
            new Command("event", "Show one event of a run: features, jets, particles, the model's answer and what it rests on.") { run, id },
            parsed => (parsed.GetValue(run)!, $"data/{Uri.EscapeDataString(parsed.GetValue(id)!)}"),
            Print);
    }

    private static Command Create(Command command, Func<ParseResult, (string Run, string Document)> asked, Action<JsonNode> print)
    {
        Option<string> gateway = GatewayOption.Create();
        Option<bool> json = GatewayOption.Json();
        command.Add(gateway);
        command.Add(json);
        command.SetAction((parsed, cancellation) => Failure.Guard(async () =>
        {
            using var client = new GatewayClient(parsed.GetValue(gateway)!);
            (string run, string document) = asked(parsed);
            byte[] content = await client.DocumentAsync(run, document, cancellation);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(Encoding.UTF8.GetString(content));
            else
                print(JsonNode.Parse(content)!);
        }));
        return command;
    }

    private static void Print(JsonNode found)
    {
        JsonNode why = found["explanation"]!;
        string[] classes = [.. found["classes"]!.AsArray().Select(Text)];
        int answer = why["class"]!.GetValue<int>();
        Console.Out.WriteLine($"event {Text(found["event"])}: entry {Text(found["entry"])} of {Text(found["file"])}");
        Console.Out.WriteLine(found["class"] is { } known ? $"{Text(known)}, taken for {classes[answer]}" : $"taken for {classes[answer]}");
        var table = new TextTable(["class", .. classes.Select(name => ">" + name)]);
        table.Add(["probability", .. why["probabilities"]!.AsArray().Select(value => Figure.Of(value, "F4"))]);
        table.Write(Console.Out);

        Console.Out.WriteLine();
        Dictionary<string, JsonNode?> contributions = why["features"]!.AsArray()
            .ToDictionary(feature => Text(feature!["name"]), feature => feature!["contributions"]![answer]);
        table = new TextTable("feature", ">value", $">for {classes[answer]}");
        foreach (JsonNode feature in found["features"]!.AsArray().OfType<JsonNode>())
            table.Add(Text(feature["name"]), Figure.Of(feature["value"], "F3"), Figure.Of(contributions.GetValueOrDefault(Text(feature["name"])), "+0.0000;-0.0000"));
        table.Write(Console.Out);

        Console.Out.WriteLine();
        table = new TextTable("jet", ">pT [GeV]", ">eta", ">phi", ">particles");
        foreach ((int number, JsonNode? jet) in found["jets"]!.AsArray().Index())
            table.Add($"{number + 1}", Figure.Of(jet!["pt"], "F2"), Figure.Of(jet["eta"], "F2"), Figure.Of(jet["phi"], "F2"), Text(jet["particles"]));
        table.Write(Console.Out);

        Console.Out.WriteLine();
        JsonArray particles = found["particles"]!.AsArray();
        table = new TextTable("particle", ">pT [GeV]", ">eta", ">phi");
        foreach (JsonNode? one in particles.OrderByDescending(one => one!["pt"]!.GetValue<double>()).Take(MostParticles))
            table.Add(Text(one!["kind"]), Figure.Of(one["pt"], "F2"), Figure.Of(one["eta"], "F2"), Figure.Of(one["phi"], "F2"));
        table.Write(Console.Out);
        if (particles.Count > MostParticles)
            Console.Out.WriteLine($"and {particles.Count - MostParticles} more; --json has all of them");
    }

    private static string Text(JsonNode? value) => value?.ToString() ?? "";
}
