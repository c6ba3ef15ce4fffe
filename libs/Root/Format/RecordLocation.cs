namespace DaprHep.Root;

/// <summary>Where the bytes under a cursor come from: what an error message names.</summary>
/// <param name="File">The file.</param>
/// <param name="Where">The key, or tree and branch.</param>
/// <param name="Basket">The basket of the branch, or −1.</param>
internal readonly record struct RecordLocation(string File, string Where, int Basket = -1)
{
    public RootFormatException Error(long offset, string expected, string found, Exception? inner = null) =>
        new(File, Where, Basket, offset, expected, found, inner);
}
