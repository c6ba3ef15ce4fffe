namespace Dapr;

/// <summary>A call to the sidecar failed.</summary>
public class DaprException : Exception
{
    /// <summary>With a message.</summary>
    public DaprException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and a cause.</summary>
    public DaprException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The sidecar refused a call; it gave an error code.</summary>
public class DaprApiException(string message, Exception? inner, string? errorCode, bool isTransient) : DaprException(message, inner)
{
    /// <summary>With a message and a code.</summary>
    public DaprApiException(string message, string? errorCode, bool isTransient)
        : this(message, null, errorCode, isTransient)
    {
    }

    /// <summary>Dapr's error code, such as <c>ERR_STATE_STORE_NOT_FOUND</c>; UNKNOWN when there was none.</summary>
    public string ErrorCode { get; } = errorCode ?? "UNKNOWN";

    /// <summary>Whether the same call may succeed later.</summary>
    public bool IsTransient { get; } = isTransient;
}
