namespace Dapr.Workflow;

/// <summary>A failure that crossed the wire.</summary>
public class WorkflowTaskFailureDetails(string errorType, string errorMessage, string? stackTrace = null)
{
    /// <summary>Full name of the exception's type.</summary>
    public string ErrorType { get; } = errorType ?? throw new ArgumentNullException(nameof(errorType));

    /// <summary>The exception's message.</summary>
    public string ErrorMessage { get; } = errorMessage ?? throw new ArgumentNullException(nameof(errorMessage));

    /// <summary>The exception's stack trace.</summary>
    public string? StackTrace { get; } = stackTrace;

    /// <summary>Whether the worker that failed asked for no further attempt.</summary>
    internal bool IsNonRetriable { get; init; }

    /// <summary>Whether <see cref="ErrorType"/> names <typeparamref name="T"/> or a type derived from it. False for types that cannot be
    /// found.</summary>
    public bool IsCausedBy<T>()
        where T : Exception
    {
        try
        {
            return Type.GetType(ErrorType, throwOnError: false) is { } type && typeof(T).IsAssignableFrom(type);
        }
        catch (Exception e) when (e is ArgumentException or IOException or BadImageFormatException or TypeLoadException)
        {
            return false;
        }
    }

    /// <inheritdoc />
    public override string ToString() => $"{ErrorType}: {ErrorMessage}";
}
