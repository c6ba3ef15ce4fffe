namespace DaprHep.Root;

/// <summary>
/// A part of an entry's value: reads its bytes and appends to its columns. Nodes form the tree that a branch's type and the
/// file's streamer info describe.
/// </summary>
internal abstract class ValueNode
{
    /// <summary>Fewest bytes that one value takes in a file: bounds the counts of lists.</summary>
    public abstract int MinimumBytes { get; }

    /// <summary>
    /// Reads <paramref name="count"/> values that lie one after the other. Members that ROOT streams with one header for a whole
    /// row of objects (STL members of split or member-wise collections) read that header once.
    /// </summary>
    public abstract void Read(ref RootCursor cursor, int count);

    /// <summary>
    /// As <see cref="Read"/>, for items of a collection, whose nested collections and strings have no header of their own.
    /// </summary>
    public virtual void ReadBare(ref RootCursor cursor, int count) => Read(ref cursor, count);

    /// <summary>The columns below this node, in the order of the type.</summary>
    public abstract IEnumerable<ValueColumn> Columns { get; }
}
