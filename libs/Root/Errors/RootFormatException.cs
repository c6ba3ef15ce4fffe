namespace DaprHep.Root;

/// <summary>Bytes that break the ROOT file format: the file is damaged, cut, or not a ROOT file.</summary>
public sealed class RootFormatException : RootException
{
    /// <summary>Creates the error.</summary>
    /// <param name="file">The file as it was given to <see cref="RootFile.Open(string)"/>.</param>
    /// <param name="where">The record: "file header", a key, or a tree and branch.</param>
    /// <param name="basket">The basket of the branch, or −1.</param>
    /// <param name="offset">
    /// Byte offset: in the file for headers and keys, in the inflated record for its content; −1 if none applies.
    /// </param>
    /// <param name="expected">What the format asks for.</param>
    /// <param name="found">What is there.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public RootFormatException(
        string file, string where, int basket, long offset, string expected, string found, Exception? inner = null)
        : base(Describe(file, where, basket, offset, expected, found), inner)
    {
        File = file;
        Where = where;
        Basket = basket;
        Offset = offset;
        Expected = expected;
        Found = found;
    }

    /// <summary>The file as it was given to <see cref="RootFile.Open(string)"/>.</summary>
    public string File { get; }

    /// <summary>The record: "file header", a key, or a tree and branch.</summary>
    public string Where { get; }

    /// <summary>The basket of the branch, or −1.</summary>
    public int Basket { get; }

    /// <summary>Byte offset: in the file for headers and keys, in the inflated record for its content; −1 if none applies.</summary>
    public long Offset { get; }

    /// <summary>What the format asks for.</summary>
    public string Expected { get; }

    /// <summary>What is there.</summary>
    public string Found { get; }

    private static string Describe(string file, string where, int basket, long offset, string expected, string found) =>
        $"{file}: {where}"
        + (basket >= 0 ? $", basket {basket}" : "")
        + (offset >= 0 ? $", offset {offset}" : "")
        + $": expected {expected}, found {found}; the file is damaged or cut: copy or produce it again";
}
