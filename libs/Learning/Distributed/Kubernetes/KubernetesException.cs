using System.Net;

namespace DaprHep.Learning.Distributed.Kubernetes;

/// <summary>The API server refused a request, or could not be reached.</summary>
/// <param name="message">What was asked, what was answered, and what to do.</param>
/// <param name="status">The HTTP status; null where there was no answer.</param>
/// <param name="reason">The machine-readable reason of the answer, such as <c>AlreadyExists</c>.</param>
/// <param name="cause">What was noticed.</param>
public sealed class KubernetesException(string message, HttpStatusCode? status = null, string? reason = null, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>The HTTP status; null where there was no answer.</summary>
    public HttpStatusCode? Status { get; } = status;

    /// <summary>The machine-readable reason of the answer, such as <c>AlreadyExists</c>; null where there was none.</summary>
    public string? Reason { get; } = reason;

    /// <summary>Whether the server was away for too long, so that another attempt may find it.</summary>
    public bool IsUnreachable { get; init; }
}
