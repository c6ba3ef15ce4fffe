using System.IO.Hashing;
using System.Runtime.InteropServices;
using DaprHep.Learning.Inference;
using DaprHep.Serving.Http;

namespace DaprHep.Serving.Models;

/// <summary>The versions that answer one request, chosen at its beginning.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Serving">The version that is served.</param>
/// <param name="Canary">The version that answers for some of the events; null for none.</param>
/// <param name="Percent">Their share.</param>
/// <param name="Shadow">The version whose answers are only compared; null for none.</param>
internal readonly record struct Answer(string Model, LoadedVersion Serving, LoadedVersion? Canary, double Percent, LoadedVersion? Shadow)
{
    private const double Parts = 1 << 20;

    /// <summary>Whether an event goes to the canary: always the same ones, by the hash of their ids. Events without an id never do.</summary>
    public static bool IsInShare(ulong id, double percent) =>
        XxHash3.HashToUInt64(MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in id))) % (ulong)Parts < percent / 100 * Parts;

    /// <summary>The versions of a model that answer now.</summary>
    /// <exception cref="RequestProblem">None can.</exception>
    public static Answer Of(LoadedModel model) => model.Serving is { } serving
        ? new Answer(model.Model.Name, serving, model.Canary, model.Model.Canary?.Percent ?? 0, model.Shadow)
        : throw new RequestProblem(
            StatusCodes.Status503ServiceUnavailable, "", $"no version of {model.Model.Name} is served{(model.Problem is { } why ? $": {why}" : "")}");

    /// <summary>Whether an event goes to the canary.</summary>
    public bool GoesToCanary(EventBuffer events, int index) =>
        Canary is not null && events.Forms[index] != IdForm.None && IsInShare(events.Ids[index], Percent);

    /// <summary>Computes the probabilities of a buffer's events.</summary>
    /// <exception cref="PredictionInputException">An event can't be predicted.</exception>
    public void Predict(EventBuffer events, MemoryBudget budget)
    {
        Predict(Serving.Predictor, events);
        if (Canary is null)
            return;
        int classes = Serving.Predictor.Classes;
        EventBuffer chosen = budget.Rent();
        try
        {
            for (int i = 0; i < events.Count; i++)
            {
                if (GoesToCanary(events, i))
                    chosen.Copy(events, i);
            }
            Predict(Canary.Predictor, chosen);
            Span<float> all = events.Probabilities(classes), own = chosen.Probabilities(classes);
            for (int i = 0, k = 0; i < events.Count; i++)
            {
                if (GoesToCanary(events, i))
                    own.Slice(k++ * classes, classes).CopyTo(all[(i * classes)..]);
            }
        }
        finally
        {
            budget.Return(chosen);
        }
    }

    private static void Predict(Predictor predictor, EventBuffer events)
    {
        if (events.Count > 0)
            predictor.Predict(events.Hlf, events.Particles, events.Offsets, events.Probabilities(predictor.Classes));
    }
}
