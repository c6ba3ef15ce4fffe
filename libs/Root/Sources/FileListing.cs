namespace DaprHep.Root;

/// <summary>Lists the files of a URL scheme, for globs and folders.</summary>
/// <param name="Files">
/// Gives the URLs of the files whose URLs begin with a text, and are so many folders below its last <c>/</c> at most; more may be given. Throws
/// <see cref="RootIOException"/> if it cannot.
/// </param>
/// <param name="HasQueries">Whether a <c>?</c> begins a query, as in the URLs of a server, and stands for no letter.</param>
public sealed record FileListing(Func<string, int, IEnumerable<string>> Files, bool HasQueries);
