namespace DaprHep.Root;

/// <summary>A branch whose bytes this reader does not decode, or not in the way asked for.</summary>
public sealed class UnsupportedBranchException : RootException
{
    /// <summary>Creates the error.</summary>
    /// <param name="branch">File, tree and branch.</param>
    /// <param name="reason">What is not supported.</param>
    public UnsupportedBranchException(string branch, string reason)
        : base($"{branch}: {reason}") => Reason = reason;

    /// <summary>What is not supported.</summary>
    public string Reason { get; }
}
