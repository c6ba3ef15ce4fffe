using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace DaprHep.Production.Tests.Security;

/// <summary>The gateway's program without a sidecar, configured by variables alone, as an image runs it.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private static readonly string Program =
        Path.Combine(Repository.Root, "artifacts", "bin", "DaprHep.Gateway", "release", "DaprHep.Gateway.dll");

    private readonly Process _process;

    private GatewayProcess(Process process, HttpClient http)
    {
        _process = process;
        Http = http;
    }

    public HttpClient Http { get; }

    /// <param name="scheme"><c>http</c> or <c>https</c>.</param>
    /// <param name="handler">How it is asked.</param>
    /// <param name="variables">Its configuration.</param>
    public static async Task<GatewayProcess> StartAsync(string scheme, HttpMessageHandler handler, Dictionary<string, string> variables)
    {
        int port = LoopbackPort.Free();
        variables["ASPNETCORE_URLS"] = $"{scheme}://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";
        variables["DAPR_HTTP_PORT"] = variables["DAPR_GRPC_PORT"] = "1";
        variables["Logging__LogLevel__Default"] = "None";
        var gateway = new GatewayProcess(
            Command.Start(variables, "dotnet", Program),
            new HttpClient(handler) { BaseAddress = new Uri($"{scheme}://localhost:{port.ToString(CultureInfo.InvariantCulture)}") });
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                (await gateway.Http.GetAsync("/healthz/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
                return gateway;
            }
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
            {
                bool waits = !gateway._process.HasExited && Stopwatch.GetElapsedTime(started) < Patience.Limit;
                waits.ShouldBeTrue(e.Message);
                await Task.Delay(50);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
