using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DaprHep.Tests;

/// <summary>What the proxy does to a request.</summary>
public enum Fault
{
    None,

    /// <summary>The store is not asked; the answer is 500, 502, 503 or 504.</summary>
    Refused,

    /// <summary>The store does what it is asked; the answer is 500.</summary>
    AnswerLost,

    /// <summary>The store is asked twice; the answer is its second.</summary>
    Duplicate,

    /// <summary>A bit of the request's body is turned over.</summary>
    Altered,

    /// <summary>The body of the answer breaks off.</summary>
    Truncated,

    /// <summary>The body of the answer comes in drops.</summary>
    Slow,

    /// <summary>Nothing is heard for ten seconds, then the connection ends.</summary>
    Silence,
}

/// <summary>
/// A network and a store in trouble: forwards S3 requests on loopback, and does something to one in three of them. Which one and what follows
/// from a seed and the order in which requests come.
/// </summary>
public sealed class ChaosProxy : IAsyncDisposable
{
    private const int SilentRequest = 40;
    private const int Drop = 64 << 10;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenDrops = TimeSpan.FromMilliseconds(5);
    private static readonly int[] Refusals = [500, 502, 503, 504];

    // Of a hundred requests. A fifth is answered by 5xx.
    private static readonly (Fault Fault, int Share)[] Shares =
        [(Fault.Refused, 15), (Fault.AnswerLost, 5), (Fault.Duplicate, 5), (Fault.Truncated, 5), (Fault.Slow, 5), (Fault.Altered, 3)];

    private readonly WebApplication _application;
    private readonly HttpClient _store;
    private readonly Random _random;
    private readonly ConcurrentDictionary<Fault, int> _done = new();
    private int _requests;

    private readonly ConcurrentDictionary<string, bool> _written = new();
    private readonly bool _keepsConditions;

    private ChaosProxy(WebApplication application, string store, int seed, bool keepsConditions)
    {
        _keepsConditions = keepsConditions;
        _application = application;
        _random = new Random(seed);
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, AutomaticDecompression = DecompressionMethods.None };
        _store = new HttpClient(handler) { BaseAddress = new Uri(store), Timeout = TimeSpan.FromMinutes(2) };
    }

    public string Endpoint => _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>How often each thing was done.</summary>
    public IReadOnlyDictionary<Fault, int> Done => _done;

    /// <summary>Starts trouble.</summary>
    public static Task<ChaosProxy> StartAsync(string store, int seed) => StartAsync(store, seed, keepsConditions: false);

    /// <summary>No trouble, but a store that refuses to write over what was written through here where <c>If-None-Match: *</c> asks for it.</summary>
    public static Task<ChaosProxy> StartConditionalAsync(string store) => StartAsync(store, 0, keepsConditions: true);

    private static async Task<ChaosProxy> StartAsync(string store, int seed, bool keepsConditions)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(server => server.Limits.MaxRequestBodySize = null);
        WebApplication application = builder.Build();
        var proxy = new ChaosProxy(application, store, seed, keepsConditions);
        application.Run(proxy.ForwardAsync);
        await application.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _store.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        Fault fault = _keepsConditions ? Fault.None : Choose();
        bool isThere = _keepsConditions && context.Request.Method == "PUT" && !_written.TryAdd(context.Request.Path, true);
        if (isThere && context.Request.Headers.IfNoneMatch == "*")
        {
            context.Response.StatusCode = 412;
            return;
        }
        _done.AddOrUpdate(fault, 1, (_, count) => count + 1);
        switch (fault)
        {
            case Fault.Refused:
                context.Response.StatusCode = Refusals[body.Length % Refusals.Length];
                return;
            case Fault.Silence:
                await Task.Delay(Silence);
                context.Abort();
                return;
            case Fault.Altered when body.Length > 0:
                body.GetBuffer()[body.Length / 2] ^= 1;
                break;
            case Fault.AnswerLost or Fault.Duplicate:
                using (await AskAsync(context, body))
                {
                }
                break;
        }
        if (fault == Fault.AnswerLost)
        {
            context.Response.StatusCode = 500;
            return;
        }
        using HttpResponseMessage answer = await AskAsync(context, body);
        await AnswerAsync(context, answer, fault);
    }

    private Fault Choose()
    {
        lock (_random)
        {
            if (++_requests == SilentRequest)
                return Fault.Silence;
            int number = _random.Next(100);
            foreach ((Fault fault, int share) in Shares)
            {
                if (number < share)
                    return fault;
                number -= share;
            }
            return Fault.None;
        }
    }

    // As it came, the Host header included: the signature is of it, too. A store that does not know conditions is spared them.
    private Task<HttpResponseMessage> AskAsync(HttpContext context, MemoryStream body)
    {
        string path = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), path)
        {
            Content = new ByteArrayContent(body.GetBuffer(), 0, (int)body.Length),
        };
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in context.Request.Headers)
        {
            if (name is "Connection" or "Expect" or "Transfer-Encoding" or "Content-Length" || name == "If-None-Match" && _keepsConditions)
                continue;
            if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
                request.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        }
        return _store.SendAsync(request, HttpCompletionOption.ResponseContentRead, context.RequestAborted);
    }

    private static async Task AnswerAsync(HttpContext context, HttpResponseMessage answer, Fault fault)
    {
        HttpResponse response = context.Response;
        response.StatusCode = (int)answer.StatusCode;
        foreach ((string name, IEnumerable<string> values) in answer.Headers.Concat<KeyValuePair<string, IEnumerable<string>>>(answer.Content.Headers))
        {
            if (name is not ("Connection" or "Transfer-Encoding" or "Keep-Alive"))
                response.Headers[name] = values.ToArray();
        }
        byte[] bytes = await answer.Content.ReadAsByteArrayAsync();
        if (context.Request.Method == "HEAD" || bytes.Length == 0)
            return;
        response.ContentLength = bytes.Length;
        int end = fault == Fault.Truncated ? bytes.Length / 2 : bytes.Length;
        int step = fault == Fault.Slow ? Drop : end;
        for (int start = 0; start < end; start += step)
        {
            await response.Body.WriteAsync(bytes.AsMemory(start, Math.Min(step, end - start)));
            await response.Body.FlushAsync();
            if (fault == Fault.Slow)
                await Task.Delay(BetweenDrops);
        }
        if (fault == Fault.Truncated)
            context.Abort();
    }
}
