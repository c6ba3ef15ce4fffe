using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using DaprHep;

namespace Dapr.Client;

/// <summary>The client over the sidecar's HTTP API.</summary>
internal sealed class DaprHttpClient : DaprClient
{
    private readonly Uri _endpoint;
    private readonly string? _apiToken;
    private readonly HttpClient _http;

    public DaprHttpClient(Uri endpoint, string? apiToken, JsonSerializerOptions json, TimeSpan timeout)
    {
        _endpoint = endpoint;
        _apiToken = apiToken;
        JsonSerializerOptions = json;
        _http = NewClient(NewHandler());
        _http.BaseAddress = endpoint;
        _http.Timeout = timeout;
    }

    public override JsonSerializerOptions JsonSerializerOptions { get; }

    public override Task PublishEventAsync<TData>(string pubsubName, string topicName, TData data,
        CancellationToken cancellationToken = default) =>
        PublishAsync(pubsubName, topicName, JsonContent.Create(data, options: JsonSerializerOptions), null, cancellationToken);

    public override Task PublishEventAsync<TData>(
        string pubsubName, string topicName, TData data, Dictionary<string, string> metadata, CancellationToken cancellationToken = default) =>
        PublishAsync(pubsubName, topicName, JsonContent.Create(data, options: JsonSerializerOptions), metadata, cancellationToken);

    public override Task PublishEventAsync(string pubsubName, string topicName, CancellationToken cancellationToken = default) =>
        PublishAsync(pubsubName, topicName, null, null, cancellationToken);

    public override Task PublishByteEventAsync(
        string pubsubName,
        string topicName,
        ReadOnlyMemory<byte> data,
        string dataContentType = "application/json",
        Dictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        var content = new ReadOnlyMemoryContent(data);
        content.Headers.TryAddWithoutValidation("Content-Type", dataContentType);
        return PublishAsync(pubsubName, topicName, content, metadata, cancellationToken);
    }

    public override HttpRequestMessage CreateInvokeMethodRequest(HttpMethod httpMethod, string appId, string methodName)
    {
        ArgumentNullException.ThrowIfNull(httpMethod);
        ArgumentException.ThrowIfNullOrEmpty(appId);
        ArgumentNullException.ThrowIfNull(methodName);
        var request = new HttpRequestMessage(httpMethod, new Uri(_endpoint, $"/v1.0/invoke/{appId}/method/{methodName.TrimStart('/')}"));
        request.Options.Set(InvokedMethod.Key, new InvokedMethod(appId, methodName));
        return request;
    }

    public override HttpRequestMessage CreateInvokeMethodRequest<TRequest>(
        HttpMethod httpMethod, string appId, string methodName, IReadOnlyCollection<KeyValuePair<string, string>> queryStringParameters, TRequest data)
    {
        var request = CreateInvokeMethodRequest(httpMethod, appId, methodName);
        request.RequestUri = new Uri(request.RequestUri!.AbsoluteUri + Query(queryStringParameters, string.Empty));
        request.Content = JsonContent.Create(data, options: JsonSerializerOptions);
        return request;
    }

    public override async Task<HttpResponseMessage> InvokeMethodWithResponseAsync(HttpRequestMessage request,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw Failed(request, e, null);
        }
    }

    public override HttpClient CreateInvokableHttpClient(string? appId = null)
    {
        var http = NewClient(new InvocationHandler(_endpoint, NewHandler()));
        if (appId is not null)
            http.BaseAddress = new Uri($"http://{appId}");
        return http;
    }

    public override async Task InvokeMethodAsync(HttpRequestMessage request, CancellationToken cancellationToken = default)
    {
        var response = await InvokeMethodWithResponseAsync(request, cancellationToken);
        ThrowUnlessOk(request, response);
        response.Dispose();
    }

    public override async Task<TResponse> InvokeMethodAsync<TResponse>(HttpRequestMessage request,
        CancellationToken cancellationToken = default)
    {
        var response = await InvokeMethodWithResponseAsync(request, cancellationToken);
        ThrowUnlessOk(request, response);
        try
        {
            return (await response.Content.ReadFromJsonAsync<TResponse>(JsonSerializerOptions, cancellationToken))!;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or NotSupportedException)
        {
            throw Failed(request, e, response);
        }
    }

    public override async Task<TValue> GetStateAsync<TValue>(
        string storeName,
        string key,
        ConsistencyMode? consistencyMode = default,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default) =>
        (await GetStateAndETagAsync<TValue>(storeName, key, consistencyMode, metadata, cancellationToken)).value;

    public override async Task<(TValue value, string etag)> GetStateAndETagAsync<TValue>(
        string storeName,
        string key,
        ConsistencyMode? consistencyMode = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        var query = Query(metadata ?? new Dictionary<string, string>(), "metadata.");
        if (consistencyMode is { } mode)
            query += (query.Length == 0 ? "?" : "&") + "consistency=" + (mode == ConsistencyMode.Strong ? "strong" : "eventual");
        using var response = await SendAsync(HttpMethod.Get, StatePath(storeName, key) + query, null, null, cancellationToken);
        await ThrowUnlessOkAsync(response, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NoContent)
            return (default!, string.Empty);
        var etag = response.Headers.NonValidated.TryGetValues("ETag", out var values) ? values.ToString().Trim('"') : string.Empty;
        return ((await response.Content.ReadFromJsonAsync<TValue>(JsonSerializerOptions, cancellationToken))!, etag);
    }

    public override async Task<IReadOnlyList<BulkStateItem<TValue>>> GetBulkStateAsync<TValue>(
        string storeName,
        IReadOnlyList<string> keys,
        int? parallelism,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var body = new JsonObject { ["keys"] = new JsonArray([.. keys.Select(k => (JsonNode)k)]) };
        if (parallelism is { } count)
            body["parallelism"] = count;
        var path = StatePath(storeName, null) + "/bulk" + Query(metadata ?? new Dictionary<string, string>(), "metadata.");
        using var response = await SendAsync(HttpMethod.Post, path, JsonContent.Create(body), null, cancellationToken);
        await ThrowUnlessOkAsync(response, cancellationToken);
        var items = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        return
        [
            .. items.EnumerateArray().Select(item => new BulkStateItem<TValue>(
                item.GetProperty("key").GetString()!,
                item.TryGetProperty("data", out var data) ? data.Deserialize<TValue>(JsonSerializerOptions)! : default!,
                item.TryGetProperty("etag", out var etag) ? etag.GetString()! : string.Empty)),
        ];
    }

    public override Task SaveStateAsync<TValue>(
        string storeName,
        string key,
        TValue value,
        StateOptions? stateOptions = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default) =>
        DoneAsync(SaveAsync(storeName, key, value, null, stateOptions, metadata, cancellationToken), cancellationToken);

    public override Task<bool> TrySaveStateAsync<TValue>(
        string storeName,
        string key,
        TValue value,
        string etag,
        StateOptions? stateOptions = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        // Without an etag only the first write may win: the key must not be there.
        stateOptions = new StateOptions { Consistency = stateOptions?.Consistency,
            Concurrency = stateOptions?.Concurrency ?? ConcurrencyMode.FirstWrite };
        return TriedAsync(SaveAsync(storeName, key, value, etag, stateOptions, metadata, cancellationToken), cancellationToken);
    }

    public override Task DeleteStateAsync(
        string storeName,
        string key,
        StateOptions? stateOptions = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default) =>
        DoneAsync(DeleteAsync(storeName, key, null, stateOptions, metadata, cancellationToken), cancellationToken);

    public override Task<bool> TryDeleteStateAsync(
        string storeName,
        string key,
        string etag,
        StateOptions? stateOptions = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default) =>
        TriedAsync(DeleteAsync(storeName, key, etag, stateOptions, metadata, cancellationToken), cancellationToken);

    public override Task ExecuteStateTransactionAsync(
        string storeName,
        IReadOnlyList<StateTransactionRequest> operations,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operations);
        var steps = new JsonArray();
        foreach (var operation in operations)
        {
            var request = StateJson.Item(operation.Key, operation.Value is { } value ? JsonNode.Parse(value) : null, operation.ETag,
                operation.Options, operation.Metadata);
            if (operation.OperationType == StateOperationType.Delete)
                request.Remove("value");
            steps.Add(new JsonObject { ["operation"] = operation.OperationType == StateOperationType.Delete ? "delete" : "upsert",
                ["request"] = request });
        }

        var body = new JsonObject { ["operations"] = steps };
        if (metadata is { Count: > 0 })
            body["metadata"] = StateJson.Map(metadata);
        return DoneAsync(SendAsync(HttpMethod.Post, StatePath(storeName, null) + "/transaction", JsonContent.Create(body), null,
            cancellationToken), cancellationToken);
    }

    public override Task<bool> CheckHealthAsync(CancellationToken cancellationToken = default) =>
        IsUpAsync("/v1.0/healthz", cancellationToken);

    public override Task<bool> CheckOutboundHealthAsync(CancellationToken cancellationToken = default) =>
        IsUpAsync("/v1.0/healthz/outbound", cancellationToken);

    public override async Task WaitForSidecarAsync(CancellationToken cancellationToken = default)
    {
        while (!await CheckOutboundHealthAsync(cancellationToken))
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _http.Dispose();
        base.Dispose(disposing);
    }

    private static string StatePath(string storeName, string? key)
    {
        ArgumentException.ThrowIfNullOrEmpty(storeName);
        return $"/v1.0/state/{Uri.EscapeDataString(storeName)}" + (key is null ? string.Empty : "/" + Uri.EscapeDataString(key));
    }

    private static string Query(IEnumerable<KeyValuePair<string, string>> parameters, string prefix)
    {
        var text = string.Join('&', parameters.Select(p => $"{Uri.EscapeDataString(prefix + p.Key)}={Uri.EscapeDataString(p.Value)}"));
        return text.Length == 0 ? text : "?" + text;
    }

    private static InvocationException Failed(HttpRequestMessage request, Exception e, HttpResponseMessage? response)
    {
        request.Options.TryGetValue(InvokedMethod.Key, out var invoked);
        return new InvocationException(invoked?.AppId ?? "unknown", invoked?.Name ?? "unknown", e, response);
    }

    private static void ThrowUnlessOk(HttpRequestMessage request, HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
            throw Failed(request, new HttpRequestException($"The answer has status {(int)response.StatusCode}.", null,
                response.StatusCode), response);
    }

    private static async Task ThrowUnlessOkAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
            return;
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        var (code, message) = StateJson.Error(body);
        var transient = response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests;
        throw new DaprApiException($"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri} failed with status {(int)response.StatusCode}: {message}", code, transient);
    }

    private static ResetConnectionHandler NewHandler() => new(new SocketsHttpHandler { UseProxy = false });

    private HttpClient NewClient(HttpMessageHandler handler)
    {
        var http = new HttpClient(handler);
        if (!string.IsNullOrEmpty(_apiToken))
            http.DefaultRequestHeaders.Add("dapr-api-token", _apiToken);
        return http;
    }

    private Task PublishAsync(string pubSub, string topic, HttpContent? content, Dictionary<string, string>? metadata,
        CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(pubSub);
        ArgumentException.ThrowIfNullOrEmpty(topic);
        var path = $"/v1.0/publish/{Uri.EscapeDataString(pubSub)}/{topic}" + Query(metadata ?? [], "metadata.");
        return DoneAsync(SendAsync(HttpMethod.Post, path, content, null, cancellation), cancellation);
    }

    private Task<HttpResponseMessage> SaveAsync<TValue>(
        string store, string key, TValue value, string? etag, StateOptions? options, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        var item = StateJson.Item(key, JsonSerializer.SerializeToNode(value, JsonSerializerOptions), etag, options, metadata);
        return SendAsync(HttpMethod.Post, StatePath(store, null), JsonContent.Create(new JsonArray(item)), null, cancellation);
    }

    private Task<HttpResponseMessage> DeleteAsync(
        string store, string key, string? etag, StateOptions? options, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        var parameters = (metadata ?? new Dictionary<string, string>()).Select(m => KeyValuePair.Create("metadata." + m.Key, m.Value))
            .Concat(StateJson.Options(options).Select(o => KeyValuePair.Create(o.Key, o.Value!.ToString())));
        return SendAsync(HttpMethod.Delete, StatePath(store, key) + Query(parameters, string.Empty), null, etag, cancellation);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, string? etag,
        CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (!string.IsNullOrEmpty(etag))
            request.Headers.TryAddWithoutValidation("If-Match", etag);
        try
        {
            return await _http.SendAsync(request, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw new DaprException($"The sidecar at {_endpoint} cannot be reached: {e.Message}", e);
        }
    }

    private static async Task DoneAsync(Task<HttpResponseMessage> call, CancellationToken cancellation)
    {
        using var response = await call;
        await ThrowUnlessOkAsync(response, cancellation);
    }

    private static async Task<bool> TriedAsync(Task<HttpResponseMessage> call, CancellationToken cancellation)
    {
        using var response = await call;
        if (response.StatusCode == HttpStatusCode.Conflict)
            return false;
        await ThrowUnlessOkAsync(response, cancellation);
        return true;
    }

    private async Task<bool> IsUpAsync(string path, CancellationToken cancellation)
    {
        try
        {
            using var response = await SendAsync(HttpMethod.Get, path, null, null, cancellation);
            return response.IsSuccessStatusCode;
        }
        catch (DaprException)
        {
            return false;
        }
    }

    private sealed record InvokedMethod(string AppId, string Name)
    {
        public static readonly HttpRequestOptionsKey<InvokedMethod> Key = new("dapr-invoked-method");
    }
}
