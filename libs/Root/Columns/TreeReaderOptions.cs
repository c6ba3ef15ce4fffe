namespace DaprHep.Root;

/// <summary>Which entries a <see cref="TreeReader"/> goes through and how large its chunks are.</summary>
public sealed record TreeReaderOptions
{
    /// <summary>All entries, in chunks of at most 1024 entries or about 32 MiB.</summary>
    public static TreeReaderOptions Default { get; } = new();

    /// <summary>Entries of a chunk at most.</summary>
    public int MaxEntries { get; init; } = 1024;

    /// <summary>Bytes of a chunk's values at most, by the branches' average size; a chunk has at least one entry.</summary>
    public long MaxBytes { get; init; } = 32 << 20;

    /// <summary>First entry.</summary>
    public long FirstEntry { get; init; }

    /// <summary>The entry after the last; the tree's end if not given.</summary>
    public long? EndEntry { get; init; }

    /// <summary>Threads that inflate baskets at the same time.</summary>
    public int Threads { get; init; } = 1;
}
