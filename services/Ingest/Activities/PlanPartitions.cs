using System.Security.Cryptography;
using Dapr.Workflow;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Physics;
using DaprHep.Root;

namespace DaprHep.Ingest.Activities;

/// <summary>Opens every input file, checks that it can be converted, and cuts its entries into partitions of seconds of work.</summary>
public sealed class PlanPartitions(IProgressSink progress, WorkStopping stopping) : WorkflowActivity<PlanPartitionsInput, PlanPartitionsOutput>
{
    /// <summary>Entries of a partition: a few seconds of work, and about 100 MB of output.</summary>
    private const long PartitionEntries = 20_000;

    private const int HashChunk = 1 << 20;

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
        await PlanObjects.WriteAsync(ObjectStore.Open(input.Store), plan, stopping.Token);
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
            foreach (string url in sample.Files)
            {
                stopping.Token.ThrowIfCancellationRequested();
                if (left == 0)
                    break;
                if (OpenOrNote(url, label, split, input, bad) is not { } source)
                    continue;
                sources.Add(source);
                long entries = Math.Min(source.Entries, left);
                left -= entries;
                for (long first = 0; first < entries; first += PartitionEntries)
                    partitions.Add(new Partition(sources.Count - 1, label, split, first, Math.Min(entries, first + PartitionEntries)));
            }
        }
    }

    // Null for a file that can't be read, as long as the run allows so many.
    private static SourceFile? OpenOrNote(string url, int label, DataSplit split, PlanPartitionsInput input, List<BadFile> bad)
    {
        try
        {
            return Open(url, label, split, input.HashInputs);
        }
        catch (BadInputException e) when (RootInput.IsBadFile(e))
        {
            bad.Add(new BadFile(url, e.Message));
            BadFile.Limit(bad, input.MaxBadFiles);
            return null;
        }
    }

    private static SourceFile Open(string url, int label, DataSplit split, bool hash) => RootInput.Read(() =>
    {
        using RootFile file = RootFile.Open(url);
        RootTree tree = file.Tree(DelphesBranches.Tree);
        using var complete = new DelphesReader(tree, 0);
        return new SourceFile(
            url, DelphesBranches.Tree, file.Length, tree.Entries, SourceDigest.Of(file, tree), hash ? Sha256Of(url) : null, label, split);
    });

    private static string Sha256Of(string url)
    {
        using IByteSource source = ByteSources.Open(url);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[HashChunk];
        for (long offset = 0; offset < source.Length; offset += buffer.Length)
        {
            Span<byte> chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, source.Length - offset));
            source.Read(offset, chunk);
            hash.AppendData(chunk);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
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
