using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Dapr.Workflow;

/// <summary>Where the sidecar is and which token it wants: from configuration, else from the environment.</summary>
internal static class DaprDefaults
{
    public static Uri GrpcEndpoint(IConfiguration? configuration)
    {
        var endpoint = Value(configuration, "DAPR_GRPC_ENDPOINT");
        if (!string.IsNullOrWhiteSpace(endpoint))
        {
            return Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                ? new Uri(endpoint)
                : throw new InvalidOperationException($"DAPR_GRPC_ENDPOINT is '{endpoint}'; expected an address such as http://127.0.0.1:50001.");
        }

        var port = Value(configuration, "DAPR_GRPC_PORT");
        if (string.IsNullOrWhiteSpace(port))
            return new Uri("http://127.0.0.1:50001");
        return ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? new Uri($"http://127.0.0.1:{number}")
            : throw new InvalidOperationException($"DAPR_GRPC_PORT is '{port}'; expected a port number from 1 to 65535.");
    }

    public static string? ApiToken(IConfiguration? configuration) => Value(configuration, "DAPR_API_TOKEN");

    private static string? Value(IConfiguration? configuration, string name) =>
        configuration?[name] ?? Environment.GetEnvironmentVariable(name);
}
