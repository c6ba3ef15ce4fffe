namespace DaprHep.DevSidecar;

/// <summary>One sidecar address: an app, or one replica of it. Several nodes may have the same app id.</summary>
/// <param name="AppId">The app's id.</param>
/// <param name="HttpPort">Port of the HTTP API; 0 for a free one.</param>
/// <param name="GrpcPort">Port of the gRPC API; 0 for a free one.</param>
/// <param name="AppPort">Port of the app's own HTTP server on this machine; null when it has none.</param>
public sealed record NodeOptions(string AppId, int HttpPort = 0, int GrpcPort = 0, int? AppPort = null);

/// <summary>What a sidecar process serves.</summary>
public sealed record SidecarOptions
{
    /// <summary>The journal's file; it is made when missing, and continued when not.</summary>
    public required string JournalPath { get; init; }

    /// <summary>The apps and their replicas.</summary>
    public required IReadOnlyList<NodeOptions> Nodes { get; init; }

    /// <summary>Token callers must send as <c>dapr-api-token</c>; null for none.</summary>
    public string? ApiToken { get; init; }

    /// <summary>Token sent to apps as <c>dapr-api-token</c>; null for none.</summary>
    public string? AppToken { get; init; }

    /// <summary>Largest gRPC message and HTTP body, bytes.</summary>
    public int MaxMessageBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Name of the state store.</summary>
    public string StateStore { get; init; } = "statestore";

    /// <summary>
    /// Whose the state keys are, as the component's <c>keyPrefix</c> says it: <c>appid</c>, each app its own, or <c>name</c>, all apps the same.
    /// </summary>
    public string StateKeyPrefix { get; init; } = "appid";

    /// <summary>Name of the pub/sub component.</summary>
    public string PubSub { get; init; } = "pubsub";

    /// <summary>Limits of workflows, and how long ended ones are kept.</summary>
    public WorkflowConfiguration Workflow { get; init; } = new();
}
