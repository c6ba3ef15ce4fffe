namespace DaprHep.Learning.Distributed;

/// <summary>
/// Which part of the events and of every batch is a rank's own. All ranks together have everything, and nothing twice.
/// </summary>
/// <param name="Rank">The rank, from 0.</param>
/// <param name="Size">How many ranks there are.</param>
public readonly record struct RankShare(int Rank, int Size)
{
    /// <summary>Everything, for one process alone.</summary>
    public static RankShare Whole { get; } = new(0, 1);

    /// <summary>The rank's rows: a run of consecutive ones, so that it opens few shards. Shares differ by one row at most.</summary>
    /// <param name="rows">How many rows there are in all.</param>
    public (int First, int End) RowsOf(int rows) => ((int)((long)rows * Rank / Size), (int)((long)rows * (Rank + 1) / Size));

    /// <summary>How many events of a batch are the rank's.</summary>
    /// <param name="batch">Events of a batch, over all ranks.</param>
    public int EventsOf(int batch) => batch / Size + (Rank < batch % Size ? 1 : 0);
}
