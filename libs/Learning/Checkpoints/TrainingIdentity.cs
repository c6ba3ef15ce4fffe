using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Checkpoints;

/// <summary>What a training is determined by: two trainings with the same identity go through the same weights.</summary>
/// <param name="Classes">How many classes there are.</param>
/// <param name="Data">SHA-256 of all events, lower-case hexadecimal.</param>
/// <param name="Options">The options, without those that change no weight.</param>
internal sealed record TrainingIdentity(int Classes, string Data, JsonElement Options)
{
    internal static TrainingIdentity Of(TrainingData data, int classes, TrainingOptions options)
    {
        // How it is watched, kept and computed makes no difference to the weights.
        var determining = options with { Threads = 1, LogEvery = 0, CheckpointEvery = 0, PauseAfter = 0 };
        return new TrainingIdentity(
            classes, DigestOf(data), JsonSerializer.SerializeToElement(determining, CheckpointJson.Default.TrainingOptions));
    }

    /// <summary>The first thing in which a checkpoint's training differs from this one, as part of a sentence; null if none.</summary>
    /// <param name="other">The checkpoint's.</param>
    internal string? DifferenceFrom(TrainingIdentity other)
    {
        foreach (var option in Options.EnumerateObject())
        {
            if (!other.Options.TryGetProperty(option.Name, out var its))
                return $"says nothing of {Words(option.Name)}";
            if (!JsonElement.DeepEquals(option.Value, its))
                return $"has {Words(option.Name)} {its.GetRawText()}, not {option.Value.GetRawText()}";
        }

        if (other.Classes != Classes)
            return $"has {other.Classes} classes, not {Classes}";
        return other.Data == Data ? null : "is of other events";

        static string Words(string name) => name.Replace('_', ' ');
    }

    private static string DigestOf(TrainingData data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var events in new[] { data.Train, data.Test })
        {
            Append(events.Ids.Span);
            Append(events.Labels.Span);
            Append(events.Features.Span);
            if (events.Particles is not { } particles)
                continue;
            Append(particles.Offsets.Span);
            Append(particles.Padding.Span);
            Append(particles.Values.Span);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());

        void Append<T>(ReadOnlySpan<T> values)
            where T : struct
        {
            // The length first, so that values cannot move from one array to the next. Spans of bytes end at 2³¹.
            const int Chunk = 1 << 26;
            hash.AppendData(BitConverter.GetBytes((long)values.Length));
            for (; values.Length > Chunk; values = values[Chunk..])
                hash.AppendData(MemoryMarshal.AsBytes(values[..Chunk]));
            hash.AppendData(MemoryMarshal.AsBytes(values));
        }
    }
}
