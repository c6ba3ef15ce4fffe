using System.Text.Json;
using System.Text.Json.Serialization;
using DaprHep.Data.Objects;

namespace DaprHep.Data.Datasets;

/// <summary>What a plan says beside its pages; its presence commits the plan.</summary>
/// <param name="Physics">Physics profile.</param>
/// <param name="Pages">Number of pages.</param>
/// <param name="Skipped">Files that are left out.</param>
public sealed record PlanHead(string Physics, int Pages, IReadOnlyList<SkippedFile> Skipped)
{
    /// <summary>How what is written is compressed; null for not at all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Compression { get; init; }
}

/// <summary>A part of a plan that can be understood by itself.</summary>
/// <param name="Physics">Physics profile.</param>
/// <param name="FirstSource">Index in the plan of the first of <paramref name="Sources"/>.</param>
/// <param name="Sources">The files of the partitions.</param>
/// <param name="Partitions">At most <see cref="PlanObjects.PageSize"/> partitions.</param>
public sealed record PlanPage(string Physics, int FirstSource, IReadOnlyList<SourceFile> Sources, IReadOnlyList<Partition> Partitions)
{
    /// <summary>How what is written is compressed; null for not at all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Compression { get; init; }

    /// <summary>The file of a partition of this page.</summary>
    public SourceFile SourceOf(Partition partition) => Sources[partition.Source - FirstSource];
}

/// <summary>
/// A plan in the store: <c>PLAN/plan.json</c> and <c>PLAN/page-NNNNN.json</c>, so that who converts one of ten thousand partitions reads a
/// page, not the plan.
/// </summary>
public static class PlanObjects
{
    /// <summary>Partitions of a page.</summary>
    public const int PageSize = 500;

    /// <summary>
    /// Writes a plan under its key, and nothing where it is there already. The key says which events are converted and how; files that have
    /// been moved since, or of which a digest is now wanted, make the same plan with other words in it, which are then written.
    /// </summary>
    public static async Task WriteAsync(ObjectStore store, PartitionPlan plan, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(plan);
        int pages = Math.Max(1, (plan.Partitions.Count + PageSize - 1) / PageSize);
        for (int page = 0; page < pages; page++)
        {
            int first = page * PageSize, end = Math.Min(first + PageSize, plan.Partitions.Count);
            int firstSource = page == 0 ? 0 : plan.Partitions[first].Source;
            int endSource = page == pages - 1 ? plan.Sources.Count : plan.Partitions[end].Source + 1;
            var content = new PlanPage(
                plan.Physics,
                firstSource,
                [.. plan.Sources.Take(firstSource..endSource)],
                [.. plan.Partitions.Take(first..end)])
            {
                Compression = plan.Compression,
            };
            byte[] json = JsonSerializer.SerializeToUtf8Bytes(content, PlanJson.Default.PlanPage);
            await WriteAsync(store, PageOf(plan.Key, page), json, cancellation).ConfigureAwait(false);
        }
        var head = new PlanHead(plan.Physics, pages, plan.Skipped) { Compression = plan.Compression };
        byte[] headJson = JsonSerializer.SerializeToUtf8Bytes(head, PlanJson.Default.PlanHead);
        await WriteAsync(store, HeadOf(plan.Key), headJson, cancellation).ConfigureAwait(false);
    }

    /// <summary>Reads a whole plan.</summary>
    /// <exception cref="ObjectStoreException">There is no such plan, or it is damaged.</exception>
    public static async Task<PartitionPlan> ReadAsync(ObjectStore store, string key, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        PlanHead head = await store.ReadJsonAsync(HeadOf(key), PlanJson.Default.PlanHead, cancellation).ConfigureAwait(false);
        var sources = new List<SourceFile>();
        var partitions = new List<Partition>();
        for (int page = 0; page < head.Pages; page++)
        {
            PlanPage content = await store.ReadJsonAsync(PageOf(key, page), PlanJson.Default.PlanPage, cancellation).ConfigureAwait(false);
            sources.AddRange(content.Sources.Skip(sources.Count - content.FirstSource));
            partitions.AddRange(content.Partitions);
        }
        return new PartitionPlan(head.Physics, sources, partitions) { Skipped = head.Skipped, Compression = head.Compression };
    }

    /// <summary>Reads the page of a partition, and the partition.</summary>
    /// <exception cref="ObjectStoreException">There is no such plan, or it is damaged.</exception>
    public static async Task<(PlanPage Page, Partition Partition)> FindAsync(
        ObjectStore store, string key, int index, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        PlanPage page = await store.ReadJsonAsync(PageOf(key, index / PageSize), PlanJson.Default.PlanPage, cancellation).ConfigureAwait(false);
        return (page, page.Partitions[index % PageSize]);
    }

    private static async Task WriteAsync(ObjectStore store, string key, byte[] content, CancellationToken cancellation)
    {
        try
        {
            using ObjectContent there = await store.ReadAsync(key, cancellation).ConfigureAwait(false);
            if (there.Memory.Span.SequenceEqual(content))
                return;
        }
        catch (ObjectStoreException e) when (e.Kind == ObjectStoreProblem.NoObject)
        {
            // Nobody has written it yet.
        }
        await store.WriteAsync(key, content, cancellation).ConfigureAwait(false);
    }

    private static string HeadOf(string key) => $"{key}/plan.json";

    private static string PageOf(string key, int page) => $"{key}/page-{page:D5}.json";
}
