using Dapr.Workflow;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.News;
using DaprHep.Physics;
using DaprHep.Root;

namespace DaprHep.Ingest.Activities;

/// <summary>Opens every input file, checks that it can be converted, and cuts its entries into partitions of seconds of work.</summary>
public sealed class PlanPartitions(IProgressSink progress, WorkStopping stopping) : WorkflowActivity<PlanPartitionsInput, PlanPartitionsOutput>
{
    /// <inheritdoc/>
    public override async Task<PlanPartitionsOutput> RunAsync(WorkflowActivityContext context, PlanPartitionsInput input)
    {
        PhysicsProfile profile = PhysicsProfiles.Parse(input.Physics);
        var sources = new List<SourceFile>();
        var partitions = new List<Partition>();
        var bad = new List<BadFile>();
        DataSplit split = input.TestSamples.Count > 0 ? DataSplit.Train : DataSplit.ByIdentity;
        AddSamples(input, input.Samples, split, sources, partitions, bad);
        AddSamples(input, input.TestSamples, DataSplit.Test, sources, partitions, bad);
        RefuseCopies(sources);

        var plan = new PartitionPlan(profile.Name(), sources, partitions)
        {
            Skipped = [.. bad.Select(file => new SkippedFile(file.Url, file.Error))],
            Compression = input.Compression,
        };
        ObjectStore store = WorkStore.Open(input.Store);
        await RunStart.WriteAsync(store, input.Run, plan.Key, stopping.Token);
        await PlanObjects.WriteAsync(store, plan, stopping.Token);
        long events = partitions.Sum(p => p.End - p.First);
        progress.Report(new StepProgress(input.Run, Steps.Plan, events, events));
        return new PlanPartitionsOutput(plan.Key, partitions.Count, events, bad.Count);
    }

    private void AddSamples(
        PlanPartitionsInput input,
        IReadOnlyList<SampleFiles> samples,
        DataSplit split,
        List<SourceFile> sources,
        List<Partition> partitions,
        List<BadFile> bad)
    {
        foreach (SampleFiles sample in samples)
        {
            int label = EventClasses.LabelOf(sample.Class);
            if (label < 0)
                throw new BadInputException($"class '{sample.Class}' is not known; expected {string.Join(", ", EventClasses.Names)}");
            if (sample.Files.Count == 0)
                throw new BadInputException($"class '{sample.Class}' has no files; every class needs at least one");
            long left = input.MaxEvents ?? long.MaxValue;
            foreach (string url in sample.Files.SelectMany(Expand))
            {
                stopping.Token.ThrowIfCancellationRequested();
                if (left == 0)
                    break;
                if (OpenOrNote(url, label, split, input, bad) is not { } source)
                    continue;
                sources.Add(source);
                long entries = Math.Min(source.Entries, left);
                left -= entries;
                partitions.AddRange(SourceFiles.Cut(sources.Count - 1, label, split, entries));
            }
        }
    }

    // A pattern stands for the files of this machine that fit it; URLs and lists do not come through here.
    private static IReadOnlyList<string> Expand(string file)
    {
        if (!file.Contains('*', StringComparison.Ordinal) || file.Contains("://", StringComparison.Ordinal) || file.StartsWith('@'))
            return [file];
        try
        {
            return [.. RootPaths.Expand([Path.GetFullPath(file)])];
        }
        catch (RootIOException e)
        {
            throw new BadInputException($"{file}: no such file", e);
        }
    }

    // Null for a file that can't be read, as long as the run allows so many.
    private static SourceFile? OpenOrNote(string url, int label, DataSplit split, PlanPartitionsInput input, List<BadFile> bad)
    {
        try
        {
            return SourceFiles.Open(url, label, split, input.HashInputs);
        }
        catch (BadInputException e) when (RootInput.IsBadFile(e))
        {
            bad.Add(new BadFile(url, e.Message));
            BadFile.Limit(bad, input.MaxBadFiles);
            return null;
        }
    }

    private static void RefuseCopies(List<SourceFile> sources)
    {
        foreach (IGrouping<uint, SourceFile> same in sources.GroupBy(source => source.Id).Where(group => group.Count() > 1))
        {
            string files = string.Join(" and ", same.Select(source => source.Url));
            throw new BadInputException($"{files} hold the same events (source id {same.Key:x8}); give each file once");
        }
    }
}
