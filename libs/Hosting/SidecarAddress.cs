using System.Globalization;
using Dapr.Client;
using Microsoft.Extensions.Configuration;

namespace DaprHep.Hosting;

/// <summary>Where this process's Dapr sidecar is, by its configuration (environment variables are part of it).</summary>
internal static class SidecarAddress
{
    private const string TokenKey = "DAPR_API_TOKEN";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>A client of the sidecar.</summary>
    /// <exception cref="InvalidOperationException">The address is none; the message names the variable.</exception>
    public static DaprClient Connect(IConfiguration configuration)
    {
        DaprClientBuilder builder = new DaprClientBuilder().UseHttpEndpoint(HttpIn(configuration).AbsoluteUri).UseTimeout(Limit);
        if (GrpcIn(configuration) is { } grpc)
            builder.UseGrpcEndpoint(grpc);
        return configuration[TokenKey] is { Length: > 0 } token ? builder.UseDaprApiToken(token).Build() : builder.Build();
    }

    /// <summary>The address of the HTTP API: <c>DAPR_HTTP_ENDPOINT</c>, else <c>DAPR_HTTP_PORT</c> of this machine, else port 3500.</summary>
    /// <exception cref="InvalidOperationException">It is none; the message names the variable.</exception>
    public static Uri HttpIn(IConfiguration configuration)
    {
        if (configuration["DAPR_HTTP_ENDPOINT"] is { Length: > 0 } endpoint)
        {
            return Uri.TryCreate(endpoint.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
                ? address
                : throw new InvalidOperationException(
                    $"DAPR_HTTP_ENDPOINT is '{endpoint}'; expected an address such as http://127.0.0.1:3500");
        }
        string port = configuration["DAPR_HTTP_PORT"] is { Length: > 0 } given ? given : "3500";
        return ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) && number > 0
            ? new Uri($"http://127.0.0.1:{number}/")
            : throw new InvalidOperationException($"DAPR_HTTP_PORT is '{port}'; expected a port number from 1 to 65535");
    }

    private static string? GrpcIn(IConfiguration configuration) => configuration["DAPR_GRPC_ENDPOINT"] is { Length: > 0 } endpoint
        ? endpoint
        : configuration["DAPR_GRPC_PORT"] is { Length: > 0 } port ? $"http://127.0.0.1:{port}" : null;
}
