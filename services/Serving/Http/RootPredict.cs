using System.Buffers;
using DaprHep.Data.Events;
using DaprHep.Learning.Inference;
using DaprHep.Physics;
using DaprHep.Root;
using DaprHep.Serving.Models;

namespace DaprHep.Serving.Http;

/// <summary>
/// Answers a Delphes ROOT file: its events go through the model's own physics and then through the model. The answer is JSON, or an Arrow
/// stream where the caller accepts that; ids are the entries of the tree, because not every event is selected.
/// </summary>
internal sealed class RootPredict(ServingLimits limits, MemoryBudget budget, ShadowComparison shadows)
{
    /// <summary>The content type.</summary>
    public const string ContentType = "application/x-root";

    /// <summary>Answers one request.</summary>
    /// <exception cref="RequestProblem">It is no such file, is damaged or too large.</exception>
    public async Task AnswerAsync(HttpContext context, Answer answer)
    {
        if (answer.Serving.Version.Input.Physics is not { } physics)
            throw new RequestProblem(StatusCodes.Status409Conflict, "", "the model does not say which physics prepares its events");
        string path = Path.Combine(Path.GetTempPath(), $"daprhep-body-{Guid.NewGuid():N}.root");
        EventBuffer events = budget.Rent();
        try
        {
            // A ROOT file is read here and there, so it has to be whole; the system's temporary folder holds it.
            await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true))
                await context.Request.Body.CopyToAsync(file, context.RequestAborted);
            await Task.Run(() => Convert(path, PhysicsProfiles.Parse(physics), events, context.RequestAborted), context.RequestAborted);
            await PredictAsync(answer, events);
            await WriteAsync(context, answer, events);
        }
        finally
        {
            File.Delete(path);
            budget.Return(events);
        }
    }

    private void Convert(string path, PhysicsProfile physics, EventBuffer events, CancellationToken aborted)
    {
        try
        {
            using RootFile file = RootFile.Open(path);
            using var reader = new DelphesReader(file.Tree(DelphesBranches.Tree), sourceId: 0);
            var converter = new EventConverter(physics);
            var selected = new TopologyEvents();
            while (reader.Next())
            {
                aborted.ThrowIfCancellationRequested();
                selected.Clear();
                converter.Convert(reader.Events, selected);
                if (events.Count + selected.Count > limits.MostEvents)
                {
                    throw new RequestProblem(
                        StatusCodes.Status413PayloadTooLarge,
                        "",
                        $"the file has more than {limits.MostEvents} selected events; send a part of it");
                }
                for (int i = 0; i < selected.Count; i++)
                {
                    events.Add(selected.HlfOf(i), selected.Particles, selected.ParticleOffsets.Slice(i, 2));
                    events.SetId(selected.Ids[i], IdForm.Number);
                }
            }
        }
        catch (Exception e) when (e is RootException or EventFormatException)
        {
            throw new RequestProblem(
                StatusCodes.Status422UnprocessableEntity, "", e.Message.Replace(path, "the file", StringComparison.Ordinal));
        }
    }

    private async Task PredictAsync(Answer answer, EventBuffer events)
    {
        int classes = answer.Serving.Predictor.Classes;
        events.Probabilities(classes);
        if (events.Count == 0)
            return;
        try
        {
            await BulkThreads.PredictAsync(events.Count, (first, end) => answer.Predict(
                events.Ids[first..end],
                events.Hlf[(first * EventSchema.Features)..(end * EventSchema.Features)],
                events.Particles,
                events.Offsets[first..(end + 1)],
                events.Probabilities(classes)[(first * classes)..(end * classes)]));
        }
        catch (PredictionInputException e)
        {
            throw new RequestProblem(StatusCodes.Status422UnprocessableEntity, $"entry {events.Ids[e.Event]}", e.Message);
        }
        shadows.Offer(answer, events.Hlf, events.Particles, events.Offsets, events.Probabilities(classes));
    }

    private static async Task WriteAsync(HttpContext context, Answer answer, EventBuffer events)
    {
        bool wantsArrow = context.Request.Headers.Accept.ToString().Contains(ArrowAnswer.ContentType, StringComparison.OrdinalIgnoreCase);
        if (!wantsArrow)
        {
            context.Response.ContentType = "application/json";
            await events.Writer.WriteAsync(context.Response.BodyWriter, events, answer, context.RequestAborted);
            return;
        }
        int classes = answer.Serving.Predictor.Classes, values = events.Count * classes;
        float[] probabilities = ArrayPool<float>.Shared.Rent(values);
        events.Probabilities(classes).CopyTo(probabilities);
        using var output = new ArrowAnswer(context, answer);
        await output.WriteAsync(events.Ids.ToArray(), probabilities.AsMemory(0, values), context.RequestAborted);
        await output.EndAsync(context.RequestAborted);
        ArrayPool<float>.Shared.Return(probabilities);
    }
}
