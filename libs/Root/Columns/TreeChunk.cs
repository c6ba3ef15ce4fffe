namespace DaprHep.Root;

/// <summary>Some entries of one file's tree, on the way through several files; valid until the next chunk is asked for.</summary>
public sealed class TreeChunk
{
    private readonly TreeReader _reader;

    internal TreeChunk(string file, TreeReader reader)
    {
        File = file;
        _reader = reader;
    }

    /// <summary>The file, as it was given.</summary>
    public string File { get; }

    /// <summary>The chunk's first entry in its tree.</summary>
    public long FirstEntry => _reader.FirstEntry;

    /// <summary>Entries of the chunk.</summary>
    public int Entries => _reader.Entries;

    /// <inheritdoc cref="TreeReader.Column{T}(string)"/>
    public Column<T> Column<T>(string branch)
        where T : unmanaged => _reader.Column<T>(branch);

    /// <inheritdoc cref="TreeReader.Column{T}(int)"/>
    public Column<T> Column<T>(int index)
        where T : unmanaged => _reader.Column<T>(index);
}
