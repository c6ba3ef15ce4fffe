using System.Buffers;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using DaprHep.Learning.Inference;
using DaprHep.Serving.Models;

namespace DaprHep.Serving.Http;

/// <summary>
/// Answers an Arrow stream of <c>events</c> batch by batch: what is held is one batch and its answer, however long the stream is.
/// </summary>
internal sealed class ArrowPredict(ServingLimits limits, ShadowComparison shadows)
{
    /// <summary>Answers one request.</summary>
    /// <exception cref="RequestProblem">The stream is malformed, or an event can't be predicted.</exception>
    public async Task AnswerAsync(HttpContext context, Answer answer)
    {
        var body = new BoundedBody(context.Request.Body, limits.MostBatchBytes);
        CancellationToken aborted = context.RequestAborted;
        using var output = new ArrowAnswer(context, answer);
        try
        {
            using var reader = new ArrowStreamReader(body, leaveOpen: true);
            for (int number = 0; await NextAsync(reader, body, number, aborted) is { } batch; number++)
            {
                using (batch)
                    await AnswerAsync(batch, number, answer, output, aborted);
                body.Begin();
            }
            await output.EndAsync(aborted);
        }
        catch (Exception e)
        {
            await output.AbandonAsync(e);
            throw;
        }
    }

    private static async Task<RecordBatch?> NextAsync(
        ArrowStreamReader reader, BoundedBody body, int number, CancellationToken aborted)
    {
        try
        {
            return await reader.ReadNextRecordBatchAsync(aborted);
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or ArgumentException or OverflowException)
        {
            string problem = body.IsArrowFile
                ? "the body is an Arrow file; expected an Arrow stream (in pyarrow: ipc.new_stream in place of ipc.new_file)"
                : $"batch {number} of the Arrow stream can't be read: {e.Message}";
            throw new RequestProblem(StatusCodes.Status400BadRequest, "", problem);
        }
    }

    private async Task AnswerAsync(RecordBatch batch, int number, Answer answer, ArrowAnswer output, CancellationToken aborted)
    {
        EventColumns columns = EventColumns.Of(batch, number, answer.Serving.Version.Input);
        int values = checked(batch.Length * answer.Serving.Predictor.Classes);
        float[] probabilities = ArrayPool<float>.Shared.Rent(values);
        try
        {
            await PredictAsync(columns, number, answer, probabilities);
            await output.WriteAsync(columns.Ids, probabilities.AsMemory(0, values), aborted);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(probabilities);
        }
    }

    private async Task PredictAsync(EventColumns columns, int number, Answer answer, float[] probabilities)
    {
        int count = columns.Ids.Length, classes = answer.Serving.Predictor.Classes;
        try
        {
            await BulkThreads.PredictAsync(count, (first, end) => columns.Predict(answer, first, end, probabilities));
        }
        catch (PredictionInputException e)
        {
            string id = columns.Ids.Span[e.Event].ToString(System.Globalization.CultureInfo.InvariantCulture);
            throw new RequestProblem(
                StatusCodes.Status422UnprocessableEntity, $"batch {number}, event {id}", e.Message);
        }
        shadows.Offer(
            answer, columns.Hlf.Span, columns.Particles.Span, columns.Offsets.Span, probabilities.AsSpan(0, count * classes));
    }
}
