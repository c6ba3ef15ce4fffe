using System.CommandLine;
using System.Net;
using System.Text.Json;
using DaprHep.Cli.Predictions;
using DaprHep.Cli.Stack;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Telemetry;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using DaprHep.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep serve</c>: one model behind HTTP, until Ctrl-C.</summary>
internal static class ServeCommand
{
    private const string TokenVariable = "DAPRHEP_API_TOKEN";
    private const int StandardPort = 8090;

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Folder or URL of a model, for instance OUT/model." };
        Option<int> port = NumberOption.Create("--port", "Port; 0 for a free one.", StandardPort, 0, ushort.MaxValue);
        var host = new Option<string>("--host")
        {
            Description = $"Address to listen at; for another than this machine's own, {TokenVariable} must be set.",
            DefaultValueFactory = _ => IPAddress.Loopback.ToString(),
            HelpName = "ADDRESS",
        };
        var name = new Option<string?>("--name") { Description = "Name in the address; default the model's own.", HelpName = "NAME" };
        Option<bool> json = new("--json") { Description = "Print one JSON object when the model is served." };
        var command = new Command("serve", "Serve a model over HTTP: events in, probabilities out.") { model, port, host, name, json };
        command.SetAction((parsed, cancellation) => Failure.Guard(() => RunAsync(
            parsed.GetValue(model)!, AddressOf(parsed.GetValue(host)!), parsed.GetValue(port), parsed.GetValue(name), parsed.GetValue(json),
            cancellation)));
        return command;
    }

    private static IPAddress AddressOf(string text)
    {
        if (!IPAddress.TryParse(text, out IPAddress? address))
            throw new UsageException($"--host {text}: expected an address such as 127.0.0.1 or 0.0.0.0");
        if (!IPAddress.IsLoopback(address) && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(TokenVariable)))
            throw new UsageException($"--host {text}: others could reach it; set {TokenVariable} to the token that they must bring");
        return address;
    }

    private static async Task<WebApplication> BuildAsync(
        WebApplicationBuilder builder, string? name, string location, CancellationToken cancellation)
    {
        try
        {
            return await ServingService.BuildAsync(builder, name, location, cancellation);
        }
        catch (Exception e) when (e is ModelFormatException or UnknownModelException)
        {
            throw new BadInputException($"{location}: {e.Message}", e);
        }
    }

    private static async Task RunAsync(
        string location, IPAddress address, int port, string? name, bool json, CancellationToken cancellation)
    {
        if (name is not null && !PipelineRequest.CanServe(name))
            throw new UsageException($"--name {name}: expected 1 to 64 small letters, digits, '-', '.' and '_'");
        ServingService.CalmThreads();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning)
            .AddSimpleConsole(console => console.SingleLine = true)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.AddDaprHepTelemetry(Apps.Serving);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, port));
        await StoredModel.FindAsync(location, cancellation);
        await using WebApplication app = await BuildAsync(builder, name, location, cancellation);
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException e)
        {
            throw new StackException($"port {port} can't be used ({e.Message}); stop what listens there, or give another with --port");
        }
        string url = app.Urls.First(), served = ServingService.NameIn(app);
        if (json)
            Console.Out.WriteLine(JsonSerializer.Serialize(new { url, model = served, predict = $"{url}/v1/models/{served}/predict" }));
        else
            Console.Out.WriteLine($"{served} is served: POST {url}/v1/models/{served}/predict; Ctrl-C stops");
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        finally
        {
            await app.StopAsync(CancellationToken.None);
        }
    }
}
