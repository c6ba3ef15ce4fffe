namespace DaprHep.DevSidecar.Grpc;

/// <summary>gRPC status codes this sidecar answers with.</summary>
internal enum GrpcStatus
{
    Cancelled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    NotFound = 5,
    AlreadyExists = 6,
    ResourceExhausted = 8,
    Internal = 13,
    Unauthenticated = 16,
}

/// <summary>A call's failure as the caller sees it.</summary>
internal sealed class GrpcFailure(GrpcStatus status, string message) : Exception(message)
{
    public GrpcStatus Status { get; } = status;
}
