namespace DaprHep.DevSidecar;

/// <summary>A running node with its real ports.</summary>
/// <param name="AppId">The app's id.</param>
/// <param name="Name">Name of the node: the app id, with a number for replicas.</param>
/// <param name="HttpPort">Port of the HTTP API.</param>
/// <param name="GrpcPort">Port of the gRPC API.</param>
/// <param name="AppPort">Port of the app's own HTTP server; null when it has none.</param>
public sealed record SidecarNode(string AppId, string Name, int HttpPort, int GrpcPort, int? AppPort);
