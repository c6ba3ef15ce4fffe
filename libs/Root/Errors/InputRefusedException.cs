namespace DaprHep.Root;

/// <summary>
/// A path or URL that this process may not open, whatever is there: its scheme, its host, or the addresses that the host has.
/// </summary>
public sealed class InputRefusedException : RootException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was refused, why, and who can allow it.</param>
    public InputRefusedException(string message)
        : base(message)
    {
    }
}
