using Dapr.Workflow;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Topology;

/// <summary>A range of the calls of a fan-out.</summary>
/// <typeparam name="TInput">Input of the activity.</typeparam>
/// <param name="Input">Input of every call but for its index.</param>
/// <param name="First">Index of the first call.</param>
/// <param name="Count">Number of calls.</param>
/// <param name="Attempts">How often a call that fails is made.</param>
public sealed record FanOutRange<TInput>(TInput Input, int First, int Count, int Attempts);

/// <summary>
/// One activity many times at once, each time with another index. A child workflow makes at most <see cref="Size"/> of the calls, so no
/// history and no message grows with the number of calls; what it returns is what the caller wants to see of the outputs.
/// </summary>
/// <typeparam name="TInput">Input of the activity.</typeparam>
/// <typeparam name="TOutput">Output of the activity.</typeparam>
public abstract class FanOut<TInput, TOutput> : Workflow<FanOutRange<TInput>, IReadOnlyList<TOutput>>
    where TInput : notnull
{
    /// <summary>Calls of a child workflow.</summary>
    public const int Size = 500;

    /// <inheritdoc/>
    public sealed override async Task<IReadOnlyList<TOutput>> RunAsync(WorkflowContext context, FanOutRange<TInput> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var calls = new StepCalls(context, input.Attempts);
        TOutput[] outputs = await FailFast.WhenAll(
            Enumerable.Range(input.First, input.Count).Select(index => CallAsync(calls, input.Input, index)));
        return Shown(input.Input, outputs);
    }

    /// <summary>Makes one call.</summary>
    private protected abstract Task<TOutput> CallAsync(StepCalls calls, TInput input, int index);

    /// <summary>What the caller wants to see of the outputs.</summary>
    private protected abstract IReadOnlyList<TOutput> Shown(TInput input, IReadOnlyList<TOutput> outputs);
}

/// <summary>Converts partitions; shows one of every bad file, and fails when there are too many.</summary>
public sealed class ConvertPartitions : FanOut<ConvertPartitionInput, ConvertPartitionOutput>
{
    private protected override Task<ConvertPartitionOutput> CallAsync(StepCalls calls, ConvertPartitionInput input, int index) =>
        calls.CallAsync<ConvertPartitionOutput>(Apps.Ingest, "ConvertPartition", input with { Index = index });

    private protected override IReadOnlyList<ConvertPartitionOutput> Shown(
        ConvertPartitionInput input, IReadOnlyList<ConvertPartitionOutput> outputs)
    {
        ConvertPartitionOutput[] bad = [.. outputs.Where(output => output.BadFile is not null).DistinctBy(output => output.BadFile!.Url)];
        BadFile.Limit([.. bad.Select(output => output.BadFile!)], input.MaxBadFiles);
        return bad;
    }
}

/// <summary>Brings the events of partitions together by shard.</summary>
public sealed class ScatterPartitions : FanOut<ScatterPartitionInput, bool>
{
    private protected override Task<bool> CallAsync(StepCalls calls, ScatterPartitionInput input, int index) =>
        calls.CallAsync<bool>(Apps.Features, "ScatterPartition", input with { Index = index });

    private protected override IReadOnlyList<bool> Shown(ScatterPartitionInput input, IReadOnlyList<bool> outputs) => [];
}

/// <summary>Builds the shards of one split; shows one that took the most memory.</summary>
public sealed class BuildShards : FanOut<BuildShardInput, BuildShardOutput>
{
    private protected override Task<BuildShardOutput> CallAsync(StepCalls calls, BuildShardInput input, int index) =>
        calls.CallAsync<BuildShardOutput>(Apps.Features, "BuildShard", input with { Index = index });

    private protected override IReadOnlyList<BuildShardOutput> Shown(BuildShardInput input, IReadOnlyList<BuildShardOutput> outputs) =>
        [outputs.MaxBy(output => output.PeakMemory)!];
}
