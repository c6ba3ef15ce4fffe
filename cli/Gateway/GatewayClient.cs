using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Cli.Gateway;

/// <summary>
/// The gateway's HTTP API. What a person can mend is a <see cref="BadInputException"/>, anything else a <see cref="GatewayException"/>.
/// </summary>
internal sealed class GatewayClient : IDisposable
{
    private const string TokenVariable = "DAPRHEP_API_TOKEN";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private const int Reconnects = 20;
    private readonly HttpClient _http;

    /// <param name="url">Address of the gateway.</param>
    /// <param name="token">The token it asks for; null for the environment's.</param>
    /// <exception cref="UsageException">It is no address.</exception>
    public GatewayClient(string url, string? token = null)
    {
        if (!Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            throw new UsageException($"--gateway {url}: expected an address such as http://127.0.0.1:8080");
        _http = new HttpClient(new ResetConnectionHandler(new SocketsHttpHandler())) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        token ??= Environment.GetEnvironmentVariable(TokenVariable);
        if (!string.IsNullOrEmpty(token))
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public Task<RunState> StartAsync(PipelineRequest request, CancellationToken cancellation)
    {
        // The gateway gives the run its name.
        JsonObject body = JsonSerializer.SerializeToNode(request, JsonSerializerOptions.Web)!.AsObject();
        body.Remove("run");
        return SendAsync<RunState>(() => new(HttpMethod.Post, "runs") { Content = JsonContent.Create(body) }, cancellation);
    }

    public Task<RunState> FindAsync(string run, CancellationToken cancellation) =>
        SendAsync<RunState>(() => Get(PathOf(run)), cancellation);

    public Task<RunState[]> ListAsync(CancellationToken cancellation) => SendAsync<RunState[]>(() => Get("runs"), cancellation);

    /// <summary>Asks for <c>cancel</c>, <c>suspend</c> or <c>resume</c>.</summary>
    public Task<RunState> SteerAsync(string run, string verb, CancellationToken cancellation) =>
        SendAsync<RunState>(() => new HttpRequestMessage(HttpMethod.Post, $"{PathOf(run)}/{verb}"), cancellation);

    /// <summary>A document of a completed run: <c>report</c>, <c>metrics</c>, <c>curves</c> or <c>record</c>.</summary>
    public async Task<byte[]> DocumentAsync(string run, string document, CancellationToken cancellation)
    {
        using HttpResponseMessage answer = await AnswerAsync(Get($"{PathOf(run)}/{document}"), Limit, cancellation);
        return await answer.Content.ReadAsByteArrayAsync(cancellation);
    }

    /// <summary>
    /// The run's events to its end; a connection that is lost is made again, and the gateway repeats the last state of everything.
    /// </summary>
    public async IAsyncEnumerable<SseItem<string>> WatchAsync(string run, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (int failures = 0; ;)
        {
            Stream? stream = await OpenAsync(run, failures, cancellation);
            if (stream is not null)
            {
                IAsyncEnumerable<SseItem<string>> items = SseParser.Create(stream).EnumerateAsync(cancellation);
                await using IAsyncEnumerator<SseItem<string>> events = items.GetAsyncEnumerator(cancellation);
                while (await MovesAsync(events, cancellation))
                {
                    failures = 0;
                    yield return events.Current;
                    if (IsLast(events.Current))
                        yield break;
                }
            }
            failures++;
            await Task.Delay(Pause, cancellation);
        }
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Get(string path) => new(HttpMethod.Get, path);

    private static string PathOf(string run) => $"runs/{Uri.EscapeDataString(run)}";

    private static bool IsLast(SseItem<string> item) =>
        item.EventType == "state" && JsonSerializer.Deserialize<RunState>(item.Data, JsonSerializerOptions.Web)!.HasEnded;

    private async Task<Stream?> OpenAsync(string run, int failures, CancellationToken cancellation)
    {
        try
        {
            HttpResponseMessage answer = await AnswerAsync(Get($"{PathOf(run)}/events"), Timeout.InfiniteTimeSpan, cancellation);
            return await answer.Content.ReadAsStreamAsync(cancellation);
        }
        catch (GatewayException) when (failures is > 0 and < Reconnects)
        {
            return null;
        }
    }

    private static async Task<bool> MovesAsync(IAsyncEnumerator<SseItem<string>> events, CancellationToken cancellation)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception e) when (e is IOException or HttpRequestException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<T> SendAsync<T>(Func<HttpRequestMessage> request, CancellationToken cancellation)
    {
        using HttpResponseMessage answer = await AnswerAsync(request(), Limit, cancellation);
        return await answer.Content.ReadFromJsonAsync<T>(cancellation)
            ?? throw new GatewayException($"{_http.BaseAddress} answered with nothing");
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, TimeSpan limit, CancellationToken cancellation)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ends.CancelAfter(limit);
        HttpResponseMessage answer;
        try
        {
            using (request)
                answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ends.Token);
        }
        catch (HttpRequestException e)
        {
            throw new GatewayException(
                $"no gateway at {_http.BaseAddress} ({e.Message}); start one with ./daprhep up, or give its address with --gateway", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new GatewayException($"the gateway at {_http.BaseAddress} has not answered for {limit.TotalSeconds:F0} s", e);
        }
        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw await ProblemAsync(answer, cancellation);
    }

    private static string TextOf(JsonElement messages) =>
        string.Join(", ", messages.EnumerateArray().Select(message => message.GetString()));

    private async Task<Exception> ProblemAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        string text = await answer.Content.ReadAsStringAsync(cancellation);
        string message = $"{(int)answer.StatusCode} {answer.ReasonPhrase}";
        try
        {
            JsonElement problem = JsonSerializer.Deserialize<JsonElement>(text);
            if (problem.TryGetProperty("errors", out JsonElement errors))
                message = string.Join("; ", errors.EnumerateObject().Select(field => $"{field.Name}: {TextOf(field.Value)}"));
            else if (problem.TryGetProperty("detail", out JsonElement detail))
                message = detail.GetString()!;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not from our gateway; the status line has to do.
        }
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized =>
                new BadInputException($"the gateway at {_http.BaseAddress} refuses the token; set {TokenVariable} to the gateway's"),
            HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity =>
                new BadInputException(message),
            _ => new GatewayException($"the gateway at {_http.BaseAddress}: {message}"),
        };
    }
}
