using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using DaprHep.Learning.Distributed.Kubernetes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DaprHep.Kubernetes.Tests;

/// <summary>
/// The HTTP face of <see cref="FakeCluster"/>, on loopback: authentication, the deployed role, strict decoding, lists, watches and logs as a
/// recorded API server answers them. It can be killed and started again on the same port; the cluster lives on meanwhile.
/// </summary>
internal sealed class FakeApiServer : IAsyncDisposable
{
    private static readonly JsonNode[] Rules =
        [.. Manifests.ReadYaml("infra/k8s/base/trainer/role.yaml").OfKind("Role").Single()["rules"]!.AsArray()!];

    private readonly DirectoryInfo _account = Directory.CreateTempSubdirectory("daprhep-account-");
    private readonly ConcurrentDictionary<HttpContext, bool> _open = new();
    private readonly TestAuthority? _authority;
    private readonly X509Certificate2? _certificate;
    private WebApplication? _app;
    private int _port;

    private FakeApiServer(TestAuthority? authority, string name)
    {
        _authority = authority;
        _certificate = authority?.CertificateFor(name);
    }

    /// <summary>What it shows.</summary>
    public FakeCluster Cluster { get; } = new();

    /// <summary>Method and path of all requests, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The token that it takes.</summary>
    public string Token { get; private set; } = "token-1";

    /// <summary>Answers a request itself; null where the request is to go its way.</summary>
    public Func<HttpRequest, (int Status, string Reason, string Message)?> Refuses { get; set; } = _ => null;

    /// <summary>Where it is, and the account's folder.</summary>
    public ClusterAccess Access => new(new Uri($"{(_authority is null ? "http" : "https")}://127.0.0.1:{_port}"), _account.FullName);

    /// <summary>Starts one.</summary>
    /// <param name="authority">Who signs its certificate; null for a server without TLS.</param>
    /// <param name="name">For whom the certificate is.</param>
    public static async Task<FakeApiServer> OpenAsync(TestAuthority? authority = null, string name = "127.0.0.1")
    {
        var server = new FakeApiServer(authority, name);
        if (authority is not null)
            server.WriteAuthorities(authority.Pem);
        await File.WriteAllTextAsync(Path.Combine(server._account.FullName, "namespace"), FakeCluster.Space);
        server.Rotate("token-1");
        await server.StartAsync();
        return server;
    }

    /// <summary>Takes another token from now on, and has the kubelet write it.</summary>
    public void Rotate(string token, bool isWritten = true)
    {
        Token = token;
        if (isWritten)
            WriteToken();
    }

    /// <summary>The kubelet writes the token.</summary>
    public void WriteToken() => File.WriteAllText(Path.Combine(_account.FullName, "token"), Token);

    /// <summary>The kubelet writes the authorities' certificates.</summary>
    public void WriteAuthorities(params string[] pem) =>
        File.WriteAllText(Path.Combine(_account.FullName, "ca.crt"), string.Join('\n', pem));

    /// <summary>Starts the server, on the port that it had before.</summary>
    public async Task StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port, endpoint =>
        {
            if (_certificate is not null)
                endpoint.UseHttps(_certificate);
        }));
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync();
        _port = new Uri(_app.Urls.Single()).Port;
    }

    /// <summary>Kills the server: streams break, and nothing listens any more.</summary>
    public async Task KillAsync()
    {
        foreach (HttpContext context in _open.Keys)
            context.Abort();
        Cluster.EndWatches();
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app!.StopAsync(now.Token);
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>Breaks all streams off in their middle, though the server goes on.</summary>
    public void BreakStreams()
    {
        foreach (HttpContext context in _open.Keys)
            context.Abort();
        Cluster.EndWatches();
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await KillAsync();
        _certificate?.Dispose();
        _account.Delete(recursive: true);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        _open[context] = true;
        try
        {
            HttpRequest request = context.Request;
            Requests.Enqueue($"{request.Method} {request.Path}{request.QueryString}");
            if (request.Headers.Authorization != $"Bearer {Token}")
                await RefuseAsync(context, 401, "Unauthorized", "Unauthorized");
            else if (Refuses(request) is { } refusal)
                await RefuseAsync(context, refusal.Status, refusal.Reason, refusal.Message);
            else if (!IsAllowed(request))
                await RefuseAsync(context, 403, "Forbidden", $"User \"trainer\" cannot {request.Method} {request.Path}");
            else
                await RouteAsync(context);
        }
        catch (OperationCanceledException)
        {
            // The client has gone, or the server was killed.
        }
#pragma warning disable CA1031 // a fault of the fake is no passing trouble of a server: the test is to see it
        catch (Exception e) when (!context.Response.HasStarted)
#pragma warning restore CA1031
        {
            await RefuseAsync(context, 418, "FakeServerFault", e.ToString());
        }
        finally
        {
            _open.TryRemove(context, out _);
        }
    }

    /// <summary>By the role that is deployed.</summary>
    private static bool IsAllowed(HttpRequest request)
    {
        string[] path = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        (string group, string[] rest) = path switch
        {
            ["apis", "batch", "v1", "namespaces", FakeCluster.Space, .. var batch] => ("batch", batch),
            ["api", "v1", "namespaces", FakeCluster.Space, .. var core] => ("", core),
            _ => ("?", []),
        };
        string resource = rest switch { [var kind, _, var part] => $"{kind}/{part}", [var kind, ..] => kind, _ => "?" };
        string verb = request.Method switch
        {
            "GET" when rest.Length == 1 => request.Query["watch"] == "1" ? "watch" : "list",
            "GET" => "get",
            "POST" => "create",
            "DELETE" when rest.Length == 2 => "delete",
            _ => "?",
        };
        return Rules.Any(rule => Has(rule, "apiGroups", group) && Has(rule, "resources", resource) && Has(rule, "verbs", verb));

        static bool Has(JsonNode rule, string list, string value) => rule[list]!.AsArray().Any(one => (string?)one == value);
    }

    private async Task RouteAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        string[] path = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        int space = Array.IndexOf(path, "namespaces");
        string[] rest = space < 0 || path[space + 1] != FakeCluster.Space ? [] : path[(space + 2)..];
        switch (request.Method, rest)
        {
            case ("GET", [var kind]) when request.Query["watch"] == "1":
                await WatchAsync(context, kind);
                break;
            case ("GET", [var kind]):
                await WriteAsync(context, 200, Cluster.List(kind, SelectorOf(request)));
                break;
            case ("GET", ["pods", var name, "log"]):
                await WriteLogAsync(context, name);
                break;
            case ("GET", [var kind, var name]):
                if (Cluster.Find(kind, name) is { } found)
                    await WriteAsync(context, 200, found);
                else
                    await RefuseAsync(context, 404, "NotFound", $"{kind} \"{name}\" not found");
                break;
            case ("POST", [var kind and ("jobs" or "services")]):
                await CreateAsync(context, kind);
                break;
            case ("DELETE", ["jobs", var name]):
                await DeleteAsync(context, name);
                break;
            default:
                await RefuseAsync(context, 404, "NotFound", "the server could not find the requested resource");
                break;
        }
    }

    private async Task CreateAsync(HttpContext context, string kind)
    {
        JsonObject body = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        string name = FakeCluster.NameOf(body);
        if (KubernetesSchema.Core.FaultsOf(body) is { Count: > 0 } faults)
            await RefuseAsync(context, 400, "BadRequest", $"strict decoding error: {string.Join(", ", faults)}");
        else if (Cluster.Find(kind, name) is not null)
            await RefuseAsync(context, 409, "AlreadyExists", $"{kind} \"{name}\" already exists");
        else
            await WriteAsync(context, 201, kind == "jobs" ? Cluster.CreateJob(body) : Cluster.CreateService(body));
    }

    // A body makes the server ignore the query, and without a policy the pods are orphans.
    private async Task DeleteAsync(HttpContext context, string name)
    {
        JsonNode? options = context.Request.ContentLength > 0 ? await JsonNode.ParseAsync(context.Request.Body) : null;
        if (Cluster.Find("jobs", name) is not { } job)
        {
            await RefuseAsync(context, 404, "NotFound", $"jobs.batch \"{name}\" not found");
            return;
        }
        if (options?["preconditions"]?["uid"] is { } uid && (string?)uid != (string?)job["metadata"]!["uid"])
        {
            await RefuseAsync(context, 409, "Conflict", "the UID in the precondition does not match");
            return;
        }
        string? policy = options is not null
            ? (string?)options["propagationPolicy"]
            : context.Request.Query["propagationPolicy"].ToString();
        Cluster.DeleteJob(name, orphans: policy is not ("Background" or "Foreground"));
        await WriteAsync(context, 200, new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Success" });
    }

    private async Task WatchAsync(HttpContext context, string kind)
    {
        long since = long.Parse(context.Request.Query["resourceVersion"].ToString(), CultureInfo.InvariantCulture);
        context.Response.ContentType = "application/json";
        await context.Response.StartAsync();
        if (Cluster.Watch(kind, since, SelectorOf(context.Request)) is not { } lines)
        {
            JsonObject expired = StatusOf(410, "Expired", $"too old resource version: {since}");
            await WriteLineAsync(context, new JsonObject { ["type"] = "ERROR", ["object"] = expired });
            return;
        }
        await foreach (JsonObject line in lines.ReadAllAsync(context.RequestAborted))
            await WriteLineAsync(context, line);
    }

    private async Task WriteLogAsync(HttpContext context, string pod)
    {
        if (Cluster.Find("pods", pod) is null)
        {
            await RefuseAsync(context, 404, "NotFound", $"pods \"{pod}\" not found");
            return;
        }
        context.Response.ContentType = "text/plain";
        await context.Response.StartAsync();
        string since = context.Request.Query["sinceTime"].ToString().TrimEnd('Z');
        int written = 0;
        while (true)
        {
            bool hasEnded = Cluster.Find("pods", pod) is not { } now || (string?)now["status"]!["phase"] is "Succeeded" or "Failed";
            string[] lines = [.. Cluster.Log.Where(line => string.CompareOrdinal(line, since) >= 0)];
            for (; written < lines.Length; written++)
                await context.Response.WriteAsync(lines[written] + "\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            if (hasEnded)
                return;
            await Task.Delay(10, context.RequestAborted);
        }
    }

    /// <summary>Label and field selectors of equality.</summary>
    private static Func<JsonObject, bool> SelectorOf(HttpRequest request)
    {
        (string Path, string Value)[] wanted =
        [
            .. request.Query["labelSelector"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('='))
                .Select(parts => ("metadata/labels\n" + parts[0], parts[1])),
            .. request.Query["fieldSelector"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('='))
                .Select(parts => (parts[0].Replace('.', '\n'), parts[1])),
        ];
        return item => wanted.All(one =>
        {
            JsonNode? at = item;
            foreach (string name in one.Path.Replace("metadata/labels", "metadata\nlabels", StringComparison.Ordinal).Split('\n'))
                at = at?[name];
            return (string?)at == one.Value;
        });
    }

    private static Task RefuseAsync(HttpContext context, int status, string reason, string message) =>
        WriteAsync(context, status, StatusOf(status, reason, message));

    private static JsonObject StatusOf(int code, string reason, string message) => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = message,
        ["reason"] = reason,
        ["code"] = code,
    };

    private static async Task WriteAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body.ToJsonString());
    }

    private static async Task WriteLineAsync(HttpContext context, JsonObject line)
    {
        await context.Response.WriteAsync(line.ToJsonString() + "\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
