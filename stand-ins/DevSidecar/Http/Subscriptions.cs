using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DaprHep.DevSidecar.Http;

/// <summary>What an app subscribes to, from its answer to <c>/dapr/subscribe</c>.</summary>
internal sealed record Subscription(string PubSub, string Topic, IReadOnlyList<(string Match, string Path)> Rules, string DeadLetterTopic,
    bool RawPayload)
{
    /// <summary>The path for an event: the first rule that matches; null when none does.</summary>
    public string? PathOf(JsonElement? e) => Rules.FirstOrDefault(r => r.Match.Length == 0 || Rule.Matches(r.Match, e)).Path;

    public JsonObject Describe() => new()
    {
        ["pubsubname"] = PubSub,
        ["topic"] = Topic,
        ["rules"] = new JsonArray([.. Rules.Select(r => r.Match.Length == 0
            ? new JsonObject { ["path"] = r.Path }
            : new JsonObject { ["match"] = r.Match, ["path"] = r.Path })]),
        ["deadLetterTopic"] = DeadLetterTopic,
        ["type"] = "PROGRAMMATIC",
    };
}

/// <summary>Routing rules of the form <c>event.FIELD == "text"</c>, the part of CEL this sidecar knows.</summary>
internal static partial class Rule
{
    public static bool IsKnown(string match) => Equality().IsMatch(match);

    public static bool Matches(string match, JsonElement? e) =>
        Equality().Match(match) is { Success: true } rule && e is { ValueKind: JsonValueKind.Object } fields
        && fields.TryGetProperty(rule.Groups[1].Value, out var value) && value.ToString() == rule.Groups[2].Value;

    [GeneratedRegex("""^\s*event\.(\w+)\s*==\s*["']([^"']*)["']\s*$""")]
    private static partial Regex Equality();
}

/// <summary>The subscriptions of all apps, asked for as soon as an app answers, and again after it was away.</summary>
internal sealed class Subscriptions(ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);
    private readonly ConcurrentDictionary<string, IReadOnlyList<Subscription>> _known = new();

    public IReadOnlyList<Subscription> Of(string app) => _known.GetValueOrDefault(app) ?? [];

    /// <summary>Whether the app may want the message: it subscribes, or has not said yet.</summary>
    public bool MayWant(string app, string pubSub, string topic) =>
        !_known.TryGetValue(app, out var known) || known.Any(s => s.PubSub == pubSub && s.Topic == topic);

    /// <summary>Asks the app until it answers.</summary>
    public async Task AskAsync(AppChannel app, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                using var answer = await app.SendAsync(() => Request(app.App), "/dapr/subscribe", cancellation);
                var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
                _known[app.App] = answer.IsSuccessStatusCode ? Parse(body) : [];
                return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                await Task.Delay(Pause, cancellation);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
            {
                logger.LogError("App {App} answers /dapr/subscribe with something that is no list of subscriptions: {Problem}", app.App,
                    e.Message);
                _known[app.App] = [];
                return;
            }
        }
    }

    private static HttpRequestMessage Request(string app)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, (Uri?)null);
        request.Headers.TryAddWithoutValidation("dapr-app-id", app);
        return request;
    }

    private List<Subscription> Parse(byte[] body)
    {
        using var json = JsonDocument.Parse(body.Length == 0 ? "[]"u8.ToArray() : body);
        var subscriptions = new List<Subscription>();
        foreach (var item in json.RootElement.EnumerateArray())
        {
            var rules = new List<(string, string)>();
            if (item.TryGetProperty("routes", out var routes) && routes.ValueKind == JsonValueKind.Object)
            {
                if (routes.TryGetProperty("rules", out var list) && list.ValueKind == JsonValueKind.Array)
                    rules.AddRange(list.EnumerateArray().Select(r =>
                        (r.GetProperty("match").GetString()!, r.GetProperty("path").GetString()!)));
                if (routes.TryGetProperty("default", out var fallback) && fallback.GetString() is { Length: > 0 } path)
                    rules.Add((string.Empty, path));
            }
            else
            {
                rules.Add((string.Empty, item.GetProperty("route").GetString()!));
            }

            foreach (var (match, _) in rules.Where(r => r.Item1.Length > 0 && !Rule.IsKnown(r.Item1)))
                logger.LogWarning("The rule '{Match}' is more than this sidecar knows (event.FIELD == \"text\"); it never matches here.",
                    match);
            subscriptions.Add(new Subscription(
                item.GetProperty("pubsubname").GetString()!,
                item.GetProperty("topic").GetString()!,
                rules,
                item.TryGetProperty("deadLetterTopic", out var dead) ? dead.GetString() ?? string.Empty : string.Empty,
                item.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object
                    && metadata.TryGetProperty("rawPayload", out var raw) && raw.ToString() == "true"));
        }

        return subscriptions;
    }
}
