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

    /// <summary>Whether an event is in a share: always the same ones are, by the hash of their ids.</summary>
    public static bool IsInShare(ulong id, double percent) =>
        XxHash3.HashToUInt64(MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in id))) % (ulong)Parts < percent / 100 * Parts;

    /// <summary>The versions of a model that answer now.</summary>
    /// <exception cref="RequestProblem">None can.</exception>
    public static Answer Of(LoadedModel model) => model.Serving is { } serving
        ? new Answer(model.Model.Name, serving, model.Canary, model.Model.Canary?.Percent ?? 0, model.Shadow)
        : throw new RequestProblem(
            StatusCodes.Status503ServiceUnavailable,
            "",
            $"no version of {model.Model.Name} is served{(model.Problem is { } why ? $": {why}" : "")}");

    /// <summary>Whether an event goes to the canary; one without an id never does.</summary>
    public bool GoesToCanary(EventBuffer events, int index) =>
        Canary is not null && events.Forms[index] != IdForm.None && IsInShare(events.Ids[index], Percent);

    /// <summary>Computes the probabilities of a request's few events, in a batch with those of others.</summary>
    /// <exception cref="PredictionInputException">An event can't be predicted.</exception>
    public async ValueTask PredictAsync(EventBuffer events)
    {
        await Serving.Batches.PredictAsync(events);
        IReadOnlyList<(int Event, string Reason)> flags = events.Flags;
        int first = 0;
        for (int i = 0; i < flags.Count; i++)
        {
            Observe(events, first, flags[i].Event);
            first = flags[i].Event + 1;
        }
        Observe(events, first, events.Count);
        Span<float> probabilities = events.Probabilities(Serving.Predictor.Classes);
        int others = PredictCanary(events.Ids, events.Forms, flags, events.Hlf, events.Particles, events.Offsets, probabilities);
        Serving.Count(events.Count - flags.Count - others);
    }

    /// <summary>Computes the probabilities of many events at once.</summary>
    /// <param name="ids">The events' ids, [events].</param>
    /// <param name="hlf">Features, [events, 14]; empty where they are not read.</param>
    /// <param name="particles">Particle rows, [rows, 19]; empty where they are not read.</param>
    /// <param name="offsets">Where each event's rows begin and end, [events + 1]; empty where they are not read.</param>
    /// <param name="probabilities">Receives them, [events, classes].</param>
    /// <exception cref="PredictionInputException">An event can't be predicted.</exception>
    public void Predict(
        ReadOnlySpan<ulong> ids,
        ReadOnlySpan<float> hlf,
        ReadOnlySpan<float> particles,
        ReadOnlySpan<int> offsets,
        Span<float> probabilities)
    {
        Serving.Predictor.Predict(hlf, particles, offsets, probabilities);
        Serving.Observe(hlf, offsets, probabilities);
        Serving.Count(ids.Length - PredictCanary(ids, forms: default, flags: [], hlf, particles, offsets, probabilities));
    }

    // Flagged events are no part of it: their odd values were replaced.
    private void Observe(EventBuffer events, int first, int end)
    {
        int features = Serving.Predictor.Features, classes = Serving.Predictor.Classes;
        if (end > first)
        {
            Serving.Observe(
                events.Hlf[(first * features)..(end * features)],
                events.Offsets[first..(end + 1)],
                events.Probabilities(classes)[(first * classes)..(end * classes)]);
        }
    }

    // One by one: there are few of them, and they lie anywhere. Gives how many they are.
    private int PredictCanary(
        ReadOnlySpan<ulong> ids,
        ReadOnlySpan<IdForm> forms,
        IReadOnlyList<(int Event, string Reason)> flags,
        ReadOnlySpan<float> hlf,
        ReadOnlySpan<float> particles,
        ReadOnlySpan<int> offsets,
        Span<float> probabilities)
    {
        if (Canary is null)
            return 0;
        Predictor canary = Canary.Predictor;
        (int count, int flag) = (0, 0);
        for (int i = 0; i < ids.Length; i++)
        {
            if (flag < flags.Count && flags[flag].Event == i)
            {
                flag++;
                continue;
            }
            if ((!forms.IsEmpty && forms[i] == IdForm.None) || !IsInShare(ids[i], Percent))
                continue;
            ReadOnlySpan<float> features = hlf.IsEmpty ? hlf : hlf.Slice(i * canary.Features, canary.Features);
            ReadOnlySpan<int> rows = offsets.IsEmpty ? offsets : offsets.Slice(i, 2);
            Span<float> own = probabilities.Slice(i * canary.Classes, canary.Classes);
            canary.Predict(features, particles, rows, own);
            Canary.Observe(features, rows, own);
            count++;
        }
        Canary.Count(count);
        return count;
    }
}
