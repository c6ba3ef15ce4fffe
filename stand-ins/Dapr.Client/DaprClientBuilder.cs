using System.Text.Json;

namespace Dapr.Client;

/// <summary>Builds a client; what is not said comes from the environment.</summary>
public sealed class DaprClientBuilder
{
    private string _endpoint = Environment.GetEnvironmentVariable("DAPR_HTTP_ENDPOINT") is { Length: > 0 } endpoint
        ? endpoint
        : $"http://127.0.0.1:{(Environment.GetEnvironmentVariable("DAPR_HTTP_PORT") is { Length: > 0 } port ? port : "3500")}";

    private string? _apiToken = Environment.GetEnvironmentVariable("DAPR_API_TOKEN");
    private JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);
    private TimeSpan _timeout = TimeSpan.FromSeconds(100);

    /// <summary>The sidecar's HTTP address.</summary>
    public DaprClientBuilder UseHttpEndpoint(string httpEndpoint)
    {
        ArgumentException.ThrowIfNullOrEmpty(httpEndpoint);
        _endpoint = httpEndpoint;
        return this;
    }

    /// <summary>The sidecar's gRPC address, which the official client uses for all but invocation; here everything goes over HTTP.</summary>
    public DaprClientBuilder UseGrpcEndpoint(string grpcEndpoint)
    {
        ArgumentException.ThrowIfNullOrEmpty(grpcEndpoint);
        return this;
    }

    /// <summary>The sidecar's API token.</summary>
    public DaprClientBuilder UseDaprApiToken(string apiToken)
    {
        _apiToken = apiToken;
        return this;
    }

    /// <summary>How values become JSON.</summary>
    public DaprClientBuilder UseJsonSerializationOptions(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _json = options;
        return this;
    }

    /// <summary>Longest time of a call.</summary>
    public DaprClientBuilder UseTimeout(TimeSpan timeout)
    {
        _timeout = timeout;
        return this;
    }

    /// <summary>The client.</summary>
    /// <exception cref="InvalidOperationException">The address is no http or https address.</exception>
    public DaprClient Build()
    {
        if (!Uri.TryCreate(_endpoint, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
            throw new InvalidOperationException($"The sidecar's HTTP address is '{_endpoint}'; expected one such as http://127.0.0.1:3500.");
        return new DaprHttpClient(endpoint, _apiToken, _json, _timeout);
    }
}
