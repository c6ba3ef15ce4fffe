using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DaprHep.Learning.Distributed.Kubernetes;

/// <summary>
/// The few requests to a Kubernetes API server that a launcher makes, with the token of the moment. A server that is away is asked again
/// until <see cref="Patience"/> is over; what it refuses is an error at once.
/// </summary>
public sealed class KubernetesApi : IDisposable
{
    private const string FieldManager = "daprhep";
    private const int ErrorLength = 4000;

    /// <summary>How long a server may be away: training goes on meanwhile.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>How long to doubt a 401 or 403 of a server that has said yes before: a new token may be on its way to its file, and a
    /// server that has just started answers 403 until it knows the roles.</summary>
    private static readonly TimeSpan Doubt = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(30), FirstPause = TimeSpan.FromMilliseconds(500),
        LongestPause = TimeSpan.FromSeconds(5);

    private readonly ClusterAccess _access;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private bool _wasAllowed;

    /// <summary>Makes a client.</summary>
    /// <param name="access">The server and the account.</param>
    /// <param name="time">The clock of pauses and limits; null for the system's.</param>
    /// <exception cref="KubernetesException">The account's files cannot be read.</exception>
    public KubernetesApi(ClusterAccess access, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(access);
        (_access, _time) = (access, time ?? TimeProvider.System);
        Namespace = access.ReadNamespace();
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10) };
        if (access.Server.Scheme == Uri.UriSchemeHttps)
            handler.SslOptions.CertificateChainPolicy = TrustIn(access.Authorities);
        _http = new HttpClient(new ResetConnectionHandler(handler)) { BaseAddress = access.Server, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The namespace of the account.</summary>
    public string Namespace { get; }

    internal TimeProvider Time => _time;

    internal string Jobs => $"apis/batch/v1/namespaces/{Namespace}/jobs";

    internal string Services => $"api/v1/namespaces/{Namespace}/services";

    internal string Pods => $"api/v1/namespaces/{Namespace}/pods";

    internal string Events => $"api/v1/namespaces/{Namespace}/events";

    /// <summary>Creates an object; a misspelt field is an error.</summary>
    /// <returns>The object as the server has it, and what it warns of.</returns>
    /// <exception cref="KubernetesException">Refused; the <see cref="KubernetesException.Reason"/> is <c>AlreadyExists</c> where the name is
    /// taken.</exception>
    internal Task<(JsonElement Object, IReadOnlyList<string> Warnings)> CreateAsync(
        string collection, JsonObject body, CancellationToken cancellation) =>
        SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, $"{collection}?fieldManager={FieldManager}&fieldValidation=Strict")
            {
                Content = JsonOf(body),
            },
            async (response, limit) =>
            {
                var warnings = WarningsOf(response);
                return (await ReadAsync(response, limit).ConfigureAwait(false), warnings);
            },
            cancellation);

    /// <summary>An object; null for 404.</summary>
    internal async Task<JsonElement?> FindAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path), ReadAsync, cancellation).ConfigureAwait(false);
        }
        catch (KubernetesException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>The objects of a collection by selector, and the version from which to watch it.</summary>
    internal async Task<(IReadOnlyList<JsonElement> Items, string Version)> ListAsync(
        string collection, string selector, CancellationToken cancellation)
    {
        var list = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, $"{collection}?{selector}"), ReadAsync, cancellation)
            .ConfigureAwait(false);
        return ([.. list.ListAt("items")], list.TextAt("metadata", "resourceVersion") ?? "");
    }

    /// <summary>
    /// Deletes an object and, in the background, what it owns: without a policy, the pods of a job would run on. Of one that is gone, or
    /// whose name belongs to a successor, nothing happens.
    /// </summary>
    internal async Task DeleteAsync(string path, string uid, CancellationToken cancellation)
    {
        var options = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "DeleteOptions",
            ["propagationPolicy"] = "Background",
            ["preconditions"] = new JsonObject { ["uid"] = uid },
        };
        try
        {
            await SendAsync(
                () => new HttpRequestMessage(HttpMethod.Delete, path) { Content = JsonOf(options) }, ReadAsync, cancellation)
                .ConfigureAwait(false);
        }
        catch (KubernetesException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // It is gone.
        }
    }

    /// <summary>Opens a stream of lines: a watch, or a log. Only the answer's head has a time limit.</summary>
    /// <exception cref="KubernetesException">Refused.</exception>
    internal Task<HttpResponseMessage> OpenAsync(string path, CancellationToken cancellation) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path), HandOver, cancellation);

    /// <summary>The same without asking again.</summary>
    internal Task<HttpResponseMessage> OpenOnceAsync(string path, CancellationToken cancellation) =>
        SendOnceAsync(new HttpRequestMessage(HttpMethod.Get, path), HandOver, cancellation);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>A pause that grows with each failure.</summary>
    internal Task PauseAsync(int failures, CancellationToken cancellation)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(failures, 10) - 1);
        return Task.Delay(pause < LongestPause ? pause : LongestPause, _time, cancellation);
    }

    private async Task<T> SendAsync<T>(
        Func<HttpRequestMessage> make, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        var started = _time.GetTimestamp();
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await SendOnceAsync(make(), read, cancellation).ConfigureAwait(false);
            }
            catch (KubernetesException e) when (IsDoubtful(e))
            {
                if (_time.GetElapsedTime(started) > Doubt)
                    throw;
            }
            catch (KubernetesException e) when (IsPassing(e))
            {
                if (_time.GetElapsedTime(started) > Patience)
                {
                    throw new KubernetesException(
                        $"{e.Message}; so it has been for {Patience.TotalMinutes:F0} minutes", e.Status, e.Reason, e)
                    {
                        IsUnreachable = true,
                    };
                }
            }

            await PauseAsync(failures, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<T> SendOnceAsync<T>(
        HttpRequestMessage request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        var what = $"{request.Method} {request.RequestUri}";
        using var limit = new CancellationTokenSource(RequestLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        using (request)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _access.ReadToken());
            request.Headers.Accept.ParseAdd("application/json, */*");
            try
            {
                var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
                if (response.IsSuccessStatusCode)
                {
                    _wasAllowed = true;
                    return await read(response, either.Token).ConfigureAwait(false);
                }

                using (response)
                    throw await RefusalAsync(what, response, either.Token).ConfigureAwait(false);
            }
            catch (HttpRequestException e) when (e.InnerException is AuthenticationException refused)
            {
                // No passing trouble: whoever it is, it is not the server that the token is for.
                throw new KubernetesException(
                    $"The Kubernetes API server {_access.Server} is not trusted: {refused.Message}; expected a certificate for this address "
                    + $"by an authority in {_access.Authorities}", cause: e);
            }
            catch (Exception e) when (IsBroken(e) && !cancellation.IsCancellationRequested)
            {
                var trouble = limit.IsCancellationRequested ? $"nothing within {RequestLimit.TotalSeconds:F0} s" : e.Message;
                throw new KubernetesException($"The Kubernetes API server {_access.Server} does not answer {what}: {trouble}", cause: e)
                {
                    IsUnreachable = true,
                };
            }
        }
    }

    /// <summary>Whether a connection broke, in the middle of an answer or before it, or a time limit was over.</summary>
    internal static bool IsBroken(Exception e) => e is HttpRequestException or IOException or OperationCanceledException or JsonException;

    /// <summary>A 403 of quotas and policies is meant.</summary>
    private bool IsDoubtful(KubernetesException e) => _wasAllowed
        && (e.Status == HttpStatusCode.Unauthorized
            || (e.Status == HttpStatusCode.Forbidden && e.Message.Contains(" cannot ", StringComparison.Ordinal))
            || (e.Status is null && !e.IsUnreachable));

    private static bool IsPassing(KubernetesException e) => e.IsUnreachable
        || e.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError;

    private static Task<HttpResponseMessage> HandOver(HttpResponseMessage response, CancellationToken cancellation) =>
        Task.FromResult(response);

    private static StringContent JsonOf(JsonObject body) =>
        new(body.ToJsonString(), Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));

    private async Task<KubernetesException> RefusalAsync(string what, HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
        var (message, reason) = (body.Trim(), (string?)null);
        try
        {
            using var status = JsonDocument.Parse(body);
            message = status.RootElement.TextAt("message") ?? message;
            reason = status.RootElement.TextAt("reason");
        }
        catch (JsonException)
        {
            // Something before the API server has answered, in its own words.
        }

        message = message.Length > ErrorLength ? message[..ErrorLength] + " …" : message;
        var hint = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => $"; the token in {_access.Account} is not, or no longer, valid",
            HttpStatusCode.Forbidden when message.Contains(" cannot ", StringComparison.Ordinal) =>
                "; give the service account the role of infra/k8s/base/trainer",
            _ => "",
        };
        return new KubernetesException(
            string.Create(CultureInfo.InvariantCulture, $"Kubernetes answered {what} with {(int)response.StatusCode}: {message}{hint}"),
            response.StatusCode, reason);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        using var answer = response;
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        using var document = await JsonDocument.ParseAsync(stream, cancellationToken: cancellation).ConfigureAwait(false);
        return document.RootElement.Clone();
    }

    /// <summary>The texts of headers such as <c>299 - "would violate PodSecurity"</c>.</summary>
    private static IReadOnlyList<string> WarningsOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Warning", out var values)
            ? [.. values.Select(value => value[Math.Max(0, value.IndexOf('"', StringComparison.Ordinal))..].Trim('"'))]
            : [];

    private static X509ChainPolicy TrustIn(string path)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new KubernetesException($"{path} cannot be read ({e.Message}); expected the cluster's own certificates", cause: e);
        }

        return policy;
    }
}
