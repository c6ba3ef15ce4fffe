using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using DaprHep.Learning.Distributed;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Checkpoints;

/// <summary>What a training is determined by: two trainings with the same identity go through the same weights.</summary>
/// <param name="Classes">How many classes there are.</param>
/// <param name="Data">A digest of all events, lower-case hexadecimal.</param>
/// <param name="Options">The options, without those that change no weight.</param>
internal sealed record TrainingIdentity(int Classes, string Data, JsonElement Options)
{
    /// <summary>64-bit words of a SHA-256.</summary>
    private const int Words = 4;

    internal static TrainingIdentity Of(TrainingData data, int classes, TrainingOptions options, RankGroup? ranks = null)
    {
        // How it is watched, kept and computed makes no difference to the weights.
        var determining = options with { Threads = 1, LogEvery = 0, CheckpointEvery = 0, PauseAfter = 0 };
        return new TrainingIdentity(
            classes, DigestOf(data, ranks), JsonSerializer.SerializeToElement(determining, CheckpointJson.Default.TrainingOptions));
    }

    /// <summary>The first thing in which a checkpoint's training differs from this one, as part of a sentence; null if none.</summary>
    /// <param name="other">The checkpoint's.</param>
    internal string? DifferenceFrom(TrainingIdentity other)
    {
        foreach (var option in Options.EnumerateObject())
        {
            if (!other.Options.TryGetProperty(option.Name, out var its))
                return $"says nothing of {InWords(option.Name)}";
            if (!JsonElement.DeepEquals(option.Value, its))
                return $"has {InWords(option.Name)} {its.GetRawText()}, not {option.Value.GetRawText()}";
        }

        if (other.Classes != Classes)
            return $"has {other.Classes} classes, not {Classes}";
        return other.Data == Data ? null : "is of other events";

        static string InWords(string name) => name.Replace('_', ' ');
    }

    /// <summary>A sum over events, so that it is the same whoever has which of them.</summary>
    private static string DigestOf(TrainingData data, RankGroup? ranks)
    {
        var sums = new long[2 * Words];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (part, events) in new[] { data.Train, data.Test }.Index())
        {
            var own = sums.AsSpan(part * Words, Words);
            var first = ranks.Gather(events.Count).Take(ranks.Share().Rank).Sum();
            for (var row = 0; row < events.Count; row++)
                Add(hash, events, row, first + row, own);
        }

        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(ranks.Sum(sums).AsSpan())));
    }

    private static void Add(IncrementalHash hash, LabelledEvents events, int row, long place, Span<long> sums)
    {
        var steps = events.Particles?.StepsOf(row) ?? default;
        ReadOnlySpan<long> numbers = [
            place, events.Ids.IsEmpty ? -1 : (long)events.Ids.Span[row], events.Labels.Span[row],
            events.Particles is null ? -1 : steps.Rows, steps.Repeated, steps.Times,
        ];
        hash.AppendData(MemoryMarshal.AsBytes(numbers));
        hash.AppendData(MemoryMarshal.AsBytes(events.Features.Span.Slice(row * events.FeatureCount, events.FeatureCount)));
        if (events.Particles is { } particles)
        {
            hash.AppendData(MemoryMarshal.AsBytes(
                particles.Values.Span.Slice(steps.First * ParticleSequences.Columns, steps.Rows * ParticleSequences.Columns)));
        }

        Span<long> digest = stackalloc long[Words];
        hash.GetHashAndReset(MemoryMarshal.AsBytes(digest));
        for (var i = 0; i < Words; i++)
            sums[i] = unchecked(sums[i] + digest[i]);
    }
}
