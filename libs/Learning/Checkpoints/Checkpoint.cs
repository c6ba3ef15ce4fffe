using System.Security.Cryptography;
using System.Text.Json;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;

namespace DaprHep.Learning.Checkpoints;

/// <summary>A moment of a training, complete: what is computed from here on is what would have been computed without a stop.</summary>
/// <param name="State">Where training stands.</param>
/// <param name="Weights">The model's weights.</param>
/// <param name="Optimizer">What Adam remembers.</param>
/// <param name="BestWeights">The weights of the best epoch so far; empty where none is watched.</param>
internal sealed record Checkpoint(
    TrainingState State, IReadOnlyList<NamedTensor> Weights, OptimizerState Optimizer, IReadOnlyList<NamedTensor> BestWeights)
{
    private const string WeightsPrefix = "weights/", MeanPrefix = "adam.mean/", SquarePrefix = "adam.mean_square/", BestPrefix = "best/";

    /// <summary>The contents of its two objects.</summary>
    internal (byte[] Tensors, byte[] Record) Write(long number, TrainingIdentity training)
    {
        var tensors = SafetensorsWriter.Write(
        [
            .. Prefixed(WeightsPrefix, Weights), .. Prefixed(MeanPrefix, Optimizer.Mean), .. Prefixed(SquarePrefix, Optimizer.MeanSquare),
            .. Prefixed(BestPrefix, BestWeights),
        ]);
        var record = new CheckpointRecord
        {
            Number = number, Steps = Optimizer.Steps, LossScale = Optimizer.LossScale, Training = training, State = State, Sha256 = "",
        };
        return (tensors, BytesOf(record with { Sha256 = DigestOf(tensors, record) }));
    }

    /// <summary>Reads the record; null where it is damaged.</summary>
    internal static CheckpointRecord? ReadRecord(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, CheckpointJson.Default.CheckpointRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Reads the tensors that go with a record; null where either is damaged.</summary>
    internal static Checkpoint? Read(CheckpointRecord record, ReadOnlySpan<byte> tensors)
    {
        if (record.Sha256 != DigestOf(tensors, record with { Sha256 = "" }))
            return null;
        var all = SafetensorsReader.Read(tensors);
        return new Checkpoint(
            record.State,
            Without(WeightsPrefix, all),
            new OptimizerState(record.Steps, Without(MeanPrefix, all), Without(SquarePrefix, all)) { LossScale = record.LossScale },
            Without(BestPrefix, all));
    }

    private static byte[] BytesOf(CheckpointRecord record) =>
        JsonSerializer.SerializeToUtf8Bytes(record, CheckpointJson.Default.CheckpointRecord);

    private static string DigestOf(ReadOnlySpan<byte> tensors, CheckpointRecord record)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(tensors);
        hash.AppendData(BytesOf(record));
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static IEnumerable<NamedTensor> Prefixed(string prefix, IEnumerable<NamedTensor> tensors) =>
        tensors.Select(tensor => tensor with { Name = prefix + tensor.Name });

    private static NamedTensor[] Without(string prefix, IEnumerable<NamedTensor> tensors) =>
    [
        .. tensors.Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(tensor => tensor with { Name = tensor.Name[prefix.Length..] }),
    ];
}
