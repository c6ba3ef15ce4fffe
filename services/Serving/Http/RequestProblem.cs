namespace DaprHep.Serving.Http;

/// <summary>A request can't be answered, and why; becomes a ProblemDetails.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="path">Where in the body, e.g. <c>$.events[3].hlf[1]</c>; empty for the request as a whole.</param>
/// <param name="problem">What was found and what was expected.</param>
internal sealed class RequestProblem(int status, string path, string problem) : Exception(problem)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>Where in the body.</summary>
    public string Path { get; } = path;

    /// <summary>The answer.</summary>
    public IResult ToResult() => Path.Length > 0
        ? Results.Problem(
            statusCode: Status,
            title: TitleOf(Status),
            detail: $"{Path}: {Message}",
            extensions: new Dictionary<string, object?> { ["errors"] = new Dictionary<string, string[]> { [Path] = [Message] } })
        : Results.Problem(statusCode: Status, title: TitleOf(Status), detail: Message);

    private static string TitleOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "The body can't be read.",
        StatusCodes.Status404NotFound => "No such model.",
        StatusCodes.Status408RequestTimeout => "The request took too long.",
        StatusCodes.Status409Conflict => "The model's state does not allow it.",
        StatusCodes.Status413PayloadTooLarge => "The request is too large.",
        StatusCodes.Status415UnsupportedMediaType => "The body is of no known type.",
        StatusCodes.Status422UnprocessableEntity => "The events can't be predicted.",
        StatusCodes.Status429TooManyRequests => "The service is busy.",
        _ => "The model can't answer.",
    };
}
