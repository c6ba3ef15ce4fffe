namespace Grpc.Core;

/// <summary>gRPC status codes.</summary>
public enum StatusCode
{
    /// <summary>Success.</summary>
    OK = 0,

    /// <summary>Cancelled, mostly by the caller.</summary>
    Cancelled = 1,

    /// <summary>An error without a better code.</summary>
    Unknown = 2,

    /// <summary>The request is wrong whatever the state.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed first.</summary>
    DeadlineExceeded = 4,

    /// <summary>Not there.</summary>
    NotFound = 5,

    /// <summary>There already.</summary>
    AlreadyExists = 6,

    /// <summary>Not allowed.</summary>
    PermissionDenied = 7,

    /// <summary>A limit was passed.</summary>
    ResourceExhausted = 8,

    /// <summary>The state does not allow it.</summary>
    FailedPrecondition = 9,

    /// <summary>A conflict.</summary>
    Aborted = 10,

    /// <summary>Past the end.</summary>
    OutOfRange = 11,

    /// <summary>No such method.</summary>
    Unimplemented = 12,

    /// <summary>The other side broke.</summary>
    Internal = 13,

    /// <summary>No connection; worth another try.</summary>
    Unavailable = 14,

    /// <summary>Data are lost.</summary>
    DataLoss = 15,

    /// <summary>The token is missing or wrong.</summary>
    Unauthenticated = 16,
}

/// <summary>Outcome of a call.</summary>
public readonly record struct Status(StatusCode StatusCode, string Detail, Exception? DebugException = null);

/// <summary>A gRPC call failed.</summary>
public class RpcException(Status status) : Exception($"Status(StatusCode=\"{status.StatusCode}\", Detail=\"{status.Detail}\")",
    status.DebugException)
{
    /// <summary>Code and text.</summary>
    public Status Status { get; } = status;

    /// <summary>The code.</summary>
    public StatusCode StatusCode => Status.StatusCode;
}
