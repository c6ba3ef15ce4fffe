using System.Text.Json;
using Dapr.Common.Serialization;
using Dapr.Workflow.Grpc;
using Microsoft.Extensions.Configuration;

namespace Dapr.Workflow.Registration;

/// <summary>Builds a workflow client outside of dependency injection.</summary>
public sealed class DaprWorkflowClientBuilder(IConfiguration? configuration = null)
{
    private Uri? _endpoint;
    private string? _apiToken;
    private IDaprSerializer _serializer = new JsonDaprSerializer();

    /// <summary>The sidecar's gRPC address; else DAPR_GRPC_ENDPOINT or DAPR_GRPC_PORT.</summary>
    public DaprWorkflowClientBuilder UseGrpcEndpoint(string grpcEndpoint)
    {
        ArgumentException.ThrowIfNullOrEmpty(grpcEndpoint);
        _endpoint = new Uri(grpcEndpoint);
        return this;
    }

    /// <summary>The sidecar's API token; else DAPR_API_TOKEN.</summary>
    public DaprWorkflowClientBuilder UseDaprApiToken(string apiToken)
    {
        _apiToken = apiToken;
        return this;
    }

    /// <summary>Another serializer than JSON with web defaults.</summary>
    public DaprWorkflowClientBuilder UseSerializer(IDaprSerializer serializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        _serializer = serializer;
        return this;
    }

    /// <summary>JSON with other options.</summary>
    public DaprWorkflowClientBuilder UseJsonSerializer(JsonSerializerOptions jsonOptions) =>
        UseSerializer(new JsonDaprSerializer(jsonOptions));

    /// <summary>The client.</summary>
    public DaprWorkflowClient Build() =>
        new(new SidecarChannel(_endpoint ?? DaprDefaults.GrpcEndpoint(configuration), _apiToken ?? DaprDefaults.ApiToken(configuration)),
            _serializer, ownsChannel: true);
}
