using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DaprHep.Cli.Gateway;
using DaprHep.Hosting;
using Spectre.Console;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep models</c>: what a serving service serves, and which version answers.</summary>
internal static class ModelsCommand
{
    private const string Variable = "DAPRHEP_SERVING";
    private const string TokenVariable = "DAPRHEP_API_TOKEN";
    private const string Standard = "http://127.0.0.1:8090";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Command Create()
    {
        var command = new Command("models", "List the models that are served, or change which version answers.");
        Act(command, [], _ => (HttpMethod.Get, "", null));

        var show = new Command("show", "Say what is served under a name: versions, promotions, metrics, lineage.");
        Act(show, [Name()], values => (HttpMethod.Get, values[0], null));
        var drift = new Command("drift", "Say how far the last events are from those of the training.");
        Act(drift, [Name()], values => (HttpMethod.Get, $"{values[0]}/drift", null));
        var promote = new Command("promote", "Let a version answer, without a gate.");
        Act(promote, [Name(), Version()], values => (HttpMethod.Post, $"{values[0]}/promote", new JsonObject { ["version"] = values[1] }));
        var rollback = new Command("rollback", "Let the version answer again that was served before.");
        Act(rollback, [Name()], values => (HttpMethod.Post, $"{values[0]}/rollback", null));
        var canary = new Command("canary", "Let a version answer for a percentage of the events; 0 ends it.");
        Argument<string> percent = new("PERCENT") { Description = "Share of the events, by the hash of their ids." };
        Act(canary, [Name(), Version(), percent], values => PercentOf(values[2]) is var share && share == 0
            ? (HttpMethod.Delete, $"{values[0]}/canary", null)
            : (HttpMethod.Put, $"{values[0]}/canary", new JsonObject { ["version"] = values[1], ["percent"] = share }));
        var shadow = new Command("shadow", "Let a version judge all events, too, and compare its answers; none ends it.");
        Act(shadow, [Name(), Version()], values => values[1] == "none"
            ? (HttpMethod.Delete, $"{values[0]}/shadow", null)
            : (HttpMethod.Put, $"{values[0]}/shadow", new JsonObject { ["version"] = values[1] }));
        foreach (Command verb in (Command[])[show, drift, promote, rollback, canary, shadow, ConvertModelCommand.Create()])
            command.Add(verb);
        return command;

        static Argument<string> Name() => new("NAME") { Description = "Name of the model." };

        static Argument<string> Version() => new("VERSION") { Description = "Version, for instance v3." };
    }

    private static void Act(
        Command command, IReadOnlyList<Argument<string>> arguments, Func<string[], (HttpMethod Method, string Path, JsonObject? Body)> ask)
    {
        var serving = new Option<string>("--serving")
        {
            Description = $"Address of the serving service; default ${Variable}, else {Standard}.",
            HelpName = "URL",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set ? set : Standard,
        };
        Option<bool> json = GatewayOption.Json();
        foreach (Argument<string> argument in arguments)
            command.Add(argument);
        command.Add(serving);
        command.Add(json);
        command.SetAction((parsed, cancellation) => Failure.Guard(async () =>
        {
            (HttpMethod method, string path, JsonObject? body) = ask([.. arguments.Select(argument => parsed.GetValue(argument)!)]);
            JsonNode answer = await AskAsync(parsed.GetValue(serving)!, method, path, body, cancellation);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(answer.ToJsonString());
            else
                Write(answer);
        }));
    }

    private static double PercentOf(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double percent) && percent is >= 0 and <= 100
            ? percent
            : throw new UsageException($"PERCENT {text}: expected a number from 0 to 100");

    private static async Task<JsonNode> AskAsync(
        string serving, HttpMethod method, string path, JsonObject? body, CancellationToken cancellation)
    {
        string models = serving.TrimEnd('/') + "/v1/models";
        if (!Uri.TryCreate(models, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            throw new UsageException($"--serving {serving}: expected an address such as {Standard}");
        using var http = new HttpClient(new ResetConnectionHandler(new SocketsHttpHandler())) { Timeout = Limit };
        if (Environment.GetEnvironmentVariable(TokenVariable) is { Length: > 0 } token)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var request = new HttpRequestMessage(method, path.Length > 0 ? $"{models}/{path}" : models);
            if (body is not null)
                request.Content = JsonContent.Create(body);
            using HttpResponseMessage answer = await http.SendAsync(request, cancellation);
            string text = await answer.Content.ReadAsStringAsync(cancellation);
            if (answer.IsSuccessStatusCode)
                return JsonNode.Parse(text)!;
            string problem = DetailOf(text) ?? $"answered {(int)answer.StatusCode}";
            throw (int)answer.StatusCode is 404 or 409 or 422 or 401
                ? new BadInputException($"{serving}: {problem}")
                : new GatewayException($"{serving}: {problem}");
        }
        catch (HttpRequestException e)
        {
            throw new GatewayException($"the serving service at {serving} does not answer: {e.Message}; start it, or give --serving");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new GatewayException($"the serving service at {serving} has not answered for {Limit.TotalSeconds:F0} s");
        }
    }

    private static string? DetailOf(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject problem ? (problem["detail"] ?? problem["title"])?.GetValue<string>() : null;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private static void Write(JsonNode answer)
    {
        if (answer is JsonArray list)
        {
            AnsiConsole.Write(TableOf(list));
            return;
        }
        if (answer["report"] is JsonObject report)
        {
            AnsiConsole.Write(DriftTableOf(report));
            return;
        }
        AnsiConsole.Write(TableOf(answer.AsObject()));
        foreach (string note in NotesOf(answer))
            AnsiConsole.WriteLine(note);
    }

    // What a table has no room for: why a version can't be served or was refused, and how the shadow does.
    private static IEnumerable<string> NotesOf(JsonNode model)
    {
        if ((string?)model["problem"] is { } problem)
            yield return $"problem: {problem}";
        foreach (JsonNode? promotion in model["promotions"]!.AsArray())
        {
            if ((bool)promotion!["served"]!)
                continue;
            string reasons = string.Join("; ", promotion["reasons"]!.AsArray().Select(reason => (string?)reason));
            yield return $"{(string?)promotion["version"]} was not served: {reasons}";
        }
        if (model["shadowStatistics"] is JsonObject shadow)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"shadow {(string?)shadow["version"]}: {(long)shadow["agreed"]!:N0} of {(long)shadow["events"]!:N0} events have the same class, "
                + $"largest difference {(double)shadow["largestDifference"]!:F4}, {(long)shadow["dropped"]!:N0} passed over");
        }
    }

    private static Table TableOf(JsonArray models)
    {
        Table table = new Table().Border(TableBorder.Rounded)
            .AddColumn("model").AddColumn("version").AddColumn("kind").AddColumn("run")
            .AddColumn("canary").AddColumn("shadow").AddColumn("note");
        foreach (JsonNode? model in models)
        {
            table.AddRow(
                Text(model!["name"]), Text(model["version"]), Text(model["kind"]), Text(model["run"]),
                CanaryOf(model), Text(model["shadow"]), Text(model["problem"]));
        }
        return table;
    }

    private static Table TableOf(JsonObject model)
    {
        Table table = new Table().Border(TableBorder.Rounded)
            .AddColumn("version").AddColumn("answers").AddColumn("added").AddColumn("run").AddColumn("model").AddColumn("mean AUC");
        foreach (JsonNode? version in model["versions"]!.AsArray())
        {
            string name = version!["version"]!.GetValue<string>();
            string answers = name == (string?)model["version"] ? "served"
                : name == (string?)model["canary"]?["version"] ? $"canary {CanaryOf(model)}"
                : name == (string?)model["shadow"] ? "shadow" : "";
            double[] auc = [.. (version["metrics"]?["auc"]?.AsObject() ?? []).Select(one => (double?)one.Value ?? double.NaN)];
            table.AddRow(
                name, answers, Text(version["addedAt"])[..Math.Min(19, Text(version["addedAt"]).Length)], Text(version["run"]),
                Text(version["model"]), auc.Length > 0 ? auc.Average().ToString("F4", CultureInfo.InvariantCulture) : "–");
        }
        return table.Title(Markup.Escape($"{model["name"]}"));
    }

    private static Table DriftTableOf(JsonObject report)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumn("quantity").AddColumn("PSI").AddColumn("KS").AddColumn("");
        foreach ((string of, string kind) in new[] { ("features", ""), ("scores", "score ") })
        {
            foreach (JsonNode one in report[of]!.AsArray().OfType<JsonNode>())
                table.AddRow(kind + Text(one["name"]), Number(one["psi"]), Number(one["ks"]), (bool?)one["hasDrifted"] == true ? "drifted" : "");
        }
        return table.Title($"the last {Text(report["events"])} events");
    }

    private static string Number(JsonNode? value) => Figure.Of(value, "F3");

    private static string CanaryOf(JsonNode model) => model["canary"] is JsonObject canary
        ? string.Create(CultureInfo.InvariantCulture, $"{(string?)canary["version"]} {(double?)canary["percent"]} %")
        : "";

    private static string Text(JsonNode? value) => Markup.Escape(value?.ToString() ?? "");
}
