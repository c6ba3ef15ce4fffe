using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace DaprHep.DevSidecar.Tests;

/// <summary>What an app got.</summary>
internal sealed record Received(string Method, string PathAndQuery, string Body, Dictionary<string, string> Headers);

/// <summary>An app's own HTTP server: keeps what it gets and answers as told.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly WebApplication _web;

    private TestApp(WebApplication web) => _web = web;

    public ConcurrentQueue<Received> Requests { get; } = new();

    /// <summary>Gives the answer to a request: status and body.</summary>
    public Func<Received, (int Status, string Body)> Answer { get; set; } = _ => (200, "");

    public IEnumerable<Received> To(string path) => Requests.Where(r => r.PathAndQuery == path);

    public static async Task<TestApp> StartAsync(int port, string subscriptions)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, port));
        var app = new TestApp(builder.Build());
        app._web.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
            var got = new Received(
                context.Request.Method, context.Request.Path + context.Request.QueryString, await reader.ReadToEndAsync(),
                context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase));
            app.Requests.Enqueue(got);
            var (status, body) = got.PathAndQuery == "/dapr/subscribe" ? (200, subscriptions) : app.Answer(got);
            context.Response.StatusCode = status;
            context.Response.Headers["X-App"] = "yes";
            if (body.Length > 0)
                await context.Response.WriteAsync(body);
        });
        await app._web.StartAsync();
        return app;
    }

    /// <summary>Waits until as many requests have come for a path.</summary>
    public async Task<IReadOnlyList<Received>> WaitAsync(string path, int count = 1)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (To(path).Count() < count)
            await Task.Delay(10, limit.Token);
        return [.. To(path)];
    }

    public async ValueTask DisposeAsync()
    {
        await _web.StopAsync(new CancellationToken(true));
        await _web.DisposeAsync();
    }
}
