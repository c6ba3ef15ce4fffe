namespace DaprHep.Root;

/// <summary>Fills columns with a range of entries of one branch.</summary>
internal interface IChunkDecoder : IDisposable
{
    IReadOnlyList<ValueColumn> Columns { get; }

    /// <summary>Replaces the columns' content by the entries from <paramref name="first"/> up to <paramref name="end"/>.</summary>
    void Fill(long first, long end);
}
