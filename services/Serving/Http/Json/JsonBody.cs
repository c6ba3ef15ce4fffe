using System.IO.Pipelines;
using DaprHep.Learning.Inference;

namespace DaprHep.Serving.Http.Json;

/// <summary>
/// Reads the events of a request's JSON body. A body of moderate length is waited for and read in one piece, the quick way where it is a
/// usual one; a longer one is read as it comes.
/// </summary>
internal static class JsonBody
{
    // Less than what the web server holds of a body before it waits for its reader.
    private const int WholeBytes = 1 << 18;

    /// <summary>Reads a body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="events">Receives the events.</param>
    /// <param name="limits">What may be asked for.</param>
    /// <param name="predictor">Who is to judge the events.</param>
    /// <exception cref="RequestProblem">It is malformed, more than is allowed, or was too slow.</exception>
    public static ValueTask ReadAsync(HttpContext context, EventBuffer events, ServingLimits limits, Predictor predictor)
    {
        PipeReader body = context.Request.BodyReader;
        if (context.Request.ContentLength is not (> 0 and <= WholeBytes))
            return ReadSlowlyAsync(context, new EventsReader(events, limits, predictor), limits);

        // Most bodies are there with their headers.
        return body.TryRead(out ReadResult read) && TryTake(body, read, events, limits, predictor)
            ? ValueTask.CompletedTask
            : WaitAsync(context, events, limits, predictor);
    }

    private static bool TryTake(PipeReader body, ReadResult read, EventBuffer events, ServingLimits limits, Predictor predictor)
    {
        if (!read.IsCompleted)
        {
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            return false;
        }
        try
        {
            Span<byte> text = events.TextOf(read.Buffer, FloatText.Slack);
            if (UsualEvents.TryRead(text, events, limits.MostEvents, predictor))
                return true;
            events.Restart();
            new EventsReader(events, limits, predictor).Read(text[..^FloatText.Slack]);
            return true;
        }
        finally
        {
            body.AdvanceTo(read.Buffer.End);
        }
    }

    private static async ValueTask WaitAsync(HttpContext context, EventBuffer events, ServingLimits limits, Predictor predictor)
    {
        using CancellationTokenSource limit = LimitOf(context, limits);
        try
        {
            PipeReader body = context.Request.BodyReader;
            while (!TryTake(body, await body.ReadAsync(limit.Token), events, limits, predictor))
            {
            }
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw TooSlow(limits);
        }
    }

    private static async ValueTask ReadSlowlyAsync(HttpContext context, EventsReader reader, ServingLimits limits)
    {
        using CancellationTokenSource limit = LimitOf(context, limits);
        try
        {
            await reader.ReadAsync(context.Request.BodyReader, limit.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw TooSlow(limits);
        }
    }

    private static CancellationTokenSource LimitOf(HttpContext context, ServingLimits limits)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(TimeSpan.FromSeconds(limits.MostSeconds));
        return limit;
    }

    private static RequestProblem TooSlow(ServingLimits limits) =>
        new(StatusCodes.Status408RequestTimeout, "", $"the body was not there after {limits.MostSeconds} s");
}
