using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using DaprHep.DevSidecar.Journal;

namespace DaprHep.DevSidecar.Http;

/// <summary>
/// Brings published messages to the apps, in order of publication, at least once. An app that is down is waited for; one that asks
/// for another try gets a few, with growing pauses; what it refuses goes to the dead-letter topic of its subscription.
/// </summary>
internal sealed class Deliveries : IAsyncDisposable
{
    private const int Attempts = 4;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan AbsentPause = TimeSpan.FromMilliseconds(500);
    private readonly MessageTable _table;
    private readonly Subscriptions _subscriptions;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, Channel<(long Number, PublishedMessage Message)>> _queues = [];
    private readonly ConcurrentDictionary<Task, byte> _retries = new();
    private readonly List<Task> _loops = [];

    public Deliveries(MessageTable table, Subscriptions subscriptions, IEnumerable<AppChannel> apps, ILogger logger)
    {
        _table = table;
        _subscriptions = subscriptions;
        _logger = logger;
        var channels = apps.Where(a => a.Ports.Count > 0).ToList();
        foreach (var app in channels)
            _queues.Add(app.App, Channel.CreateUnbounded<(long, PublishedMessage)>());
        foreach (var (number, app, body) in table.All())
        {
            if (_queues.TryGetValue(app, out var queue))
                queue.Writer.TryWrite((number, JsonSerializer.Deserialize<PublishedMessage>(body)!));
        }

        foreach (var app in channels)
            _loops.Add(Task.Run(() => RunAsync(app)));
    }

    private enum Outcome
    {
        Done,
        Refused,
        TryAgain,
        Absent,
    }

    public async Task PublishAsync(PublishedMessage message)
    {
        var apps = _queues.Keys.Where(app => _subscriptions.MayWant(app, message.PubSub, message.Topic)).ToList();
        if (apps.Count == 0)
            return;
        var numbers = await _table.AddAsync(apps, JsonSerializer.SerializeToUtf8Bytes(message));
        foreach (var (app, number) in apps.Zip(numbers))
            _queues[app].Writer.TryWrite((number, message));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var task in _loops.Concat(_retries.Keys))
        {
            try
            {
                await task;
            }
            catch (OperationCanceledException)
            {
                // What was under way is delivered again after the next start.
            }
        }

        _stop.Dispose();
    }

    private async Task RunAsync(AppChannel app)
    {
        var cancellation = _stop.Token;
        await _subscriptions.AskAsync(app, cancellation);
        await foreach (var (number, message) in _queues[app.App].Reader.ReadAllAsync(cancellation))
        {
            var subscription = Wanted(app, message);
            if (subscription is null || await DeliverAsync(app, subscription, message, cancellation) != Outcome.TryAgain)
            {
                _table.Remove(number);
                continue;
            }

            var retry = RetryAsync(app, subscription, number, message, cancellation);
            _retries.TryAdd(retry, 0);
            _ = retry.ContinueWith(t => _retries.TryRemove(t, out _), CancellationToken.None, TaskContinuationOptions.None,
                TaskScheduler.Default);
        }
    }

    private Subscription? Wanted(AppChannel app, PublishedMessage message) => message.Expires < DateTimeOffset.UtcNow
        ? null
        : _subscriptions.Of(app.App).FirstOrDefault(s => s.PubSub == message.PubSub && s.Topic == message.Topic);

    // Later messages need not wait for one that is tried again.
    private async Task RetryAsync(AppChannel app, Subscription subscription, long number, PublishedMessage message,
        CancellationToken cancellation)
    {
        var outcome = Outcome.TryAgain;
        for (var attempt = 1; attempt < Attempts && outcome == Outcome.TryAgain; attempt++)
        {
            await Task.Delay(FirstPause * Math.Pow(2, attempt - 1), cancellation);
            outcome = await DeliverAsync(app, subscription, message, cancellation);
        }

        if (outcome == Outcome.TryAgain)
            await DeadLetterAsync(app, subscription, message);
        _table.Remove(number);
    }

    private async Task<Outcome> DeliverAsync(AppChannel app, Subscription subscription, PublishedMessage message,
        CancellationToken cancellation)
    {
        while (true)
        {
            var outcome = await SendAsync(app, subscription, message, cancellation);
            if (outcome == Outcome.Refused)
                await DeadLetterAsync(app, subscription, message);
            if (outcome != Outcome.Absent)
                return outcome;
            await Task.Delay(AbsentPause, cancellation);
            await _subscriptions.AskAsync(app, cancellation);
        }
    }

    private async Task DeadLetterAsync(AppChannel app, Subscription subscription, PublishedMessage message)
    {
        _logger.LogWarning("App {App} did not take a message of topic {Topic}; it goes to '{DeadLetter}'.", app.App, message.Topic,
            subscription.DeadLetterTopic);
        if (subscription.DeadLetterTopic.Length > 0)
            await PublishAsync(message with { Topic = subscription.DeadLetterTopic });
    }

    private static async Task<Outcome> SendAsync(AppChannel app, Subscription subscription, PublishedMessage message,
        CancellationToken cancellation)
    {
        var body = message.IsRaw && subscription.RawPayload ? CloudEvents.WrapRaw(message) : message.Body;
        if (subscription.PathOf(Fields(body)) is not { } path)
            return Outcome.Done;
        try
        {
            using var answer = await app.SendAsync(() => Request(message, body), path.StartsWith('/') ? path : "/" + path, cancellation);
            return answer.StatusCode switch
            {
                HttpStatusCode.NotFound => Outcome.Refused,
                >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices =>
                    StatusOf(await answer.Content.ReadAsByteArrayAsync(cancellation)),
                _ => Outcome.TryAgain,
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Outcome.Absent;
        }
    }

    private static HttpRequestMessage Request(PublishedMessage message, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, (Uri?)null) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/cloudevents+json");
        request.Headers.TryAddWithoutValidation("Pubsubname", message.PubSub);
        if (message.TraceParent is not null)
            request.Headers.TryAddWithoutValidation("Traceparent", message.TraceParent);
        foreach (var (name, value) in message.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    private static JsonElement? Fields(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // No body, and one that is no JSON, mean success.
    private static Outcome StatusOf(byte[] body)
    {
        if (Fields(body) is not { ValueKind: JsonValueKind.Object } fields || !fields.TryGetProperty("status", out var status))
            return Outcome.Done;
        return status.ToString() switch
        {
            "SUCCESS" or "" => Outcome.Done,
            "DROP" => Outcome.Refused,
            _ => Outcome.TryAgain,
        };
    }
}
