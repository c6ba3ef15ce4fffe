using System.Runtime.InteropServices;
using DaprHep.Data.Objects;
using DaprHep.Data.Sampling;

namespace DaprHep.Data.Datasets;

/// <summary>Where the events of a partition that go to one shard lie among its scattered events.</summary>
/// <param name="Offset">First byte in <see cref="ScatteredEvents.EventsOf"/> of an Arrow file of their own.</param>
/// <param name="Bytes">Bytes of that file; 0 where there are no such events.</param>
/// <param name="Rows">Number of events.</param>
/// <param name="ParticleRows">Number of their particles.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct ScatteredSegment(long Offset, long Bytes, long Rows, long ParticleRows);

/// <summary>
/// The drawn events of a partition, brought together by the shard they go to, so that who builds a shard reads its events and no others:
/// Arrow files one after another in <c>SCATTERED/events.bin</c>, and where each is in <c>SCATTERED/index.bin</c>, which is written last.
/// The index has 32 bytes a shard (four little-endian int64), so that a reader needs only its own entry.
/// </summary>
public static class ScatteredEvents
{
    /// <summary>The step's name in object names.</summary>
    public const string Step = "scattered";

    /// <summary>Up to so many shards it costs less to let each read all partitions than to write the events once more.</summary>
    public const int FewShards = 3;

    /// <summary>Bytes of an index entry.</summary>
    public static int EntryBytes { get; } = Marshal.SizeOf<ScatteredSegment>();

    /// <summary>Whether shards are built from scattered events.</summary>
    public static bool AreNeededFor(SampleSelection selection)
    {
        ArgumentNullException.ThrowIfNull(selection);
        return selection.TrainShards + selection.TestShards > FewShards;
    }

    /// <summary>The prefix of a partition's scattered events.</summary>
    /// <param name="statistics">Key of the statistics that say which event goes where.</param>
    /// <param name="events">Name of the partition's event dataset.</param>
    public static string NameOf(string statistics, string events) =>
        ContentName.Of(Step, 1, new Dictionary<string, string>(), [statistics, events]);

    /// <summary>Key of the events.</summary>
    public static string EventsOf(string name) => $"{name}/events.bin";

    /// <summary>Key of the index; its presence commits the events.</summary>
    public static string IndexOf(string name) => $"{name}/index.bin";

    /// <summary>Place of a shard in the index: training shards first.</summary>
    public static int PlaceOf(SampleSelection selection, DataSplit split, int shard)
    {
        ArgumentNullException.ThrowIfNull(selection);
        return split == DataSplit.Train ? shard : selection.TrainShards + shard;
    }

    /// <summary>Reads the entry of one shard.</summary>
    /// <exception cref="ObjectStoreException">The partition's events have not been scattered, or the index is damaged.</exception>
    public static async Task<ScatteredSegment> FindAsync(
        ObjectStore store, string name, int place, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        using ObjectContent entry = await store.ReadRangeAsync(IndexOf(name), (long)place * EntryBytes, EntryBytes, cancellation).ConfigureAwait(false);
        ScatteredSegment segment = MemoryMarshal.Read<ScatteredSegment>(entry.Memory.Span);
        if (segment is { Offset: >= 0, Bytes: >= 0, Rows: >= 0, ParticleRows: >= 0 } && segment.Bytes <= Array.MaxLength)
            return segment;
        throw new ObjectStoreException(store.Url, IndexOf(name), $"entry {place} is damaged ({segment}): delete {name} and run again");
    }
}
