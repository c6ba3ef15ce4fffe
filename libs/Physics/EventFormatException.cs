namespace DaprHep.Physics;

/// <summary>The branches of a Delphes tree do not fit together: the file is damaged or was not written by Delphes.</summary>
/// <param name="message">What was found where, and what was expected.</param>
public sealed class EventFormatException(string message) : Exception(message)
{
    internal static EventFormatException EntryCountDiffers(string branch, int found, string other, int expected) => new(
        $"branch {branch} of tree {DelphesBranches.Tree} has {found} entries where {other} has {expected}; " +
        "the file is damaged or not from Delphes");

    internal static EventFormatException ValueCountDiffers(long entry, string branch, int found, string other, int expected) => new(
        $"branch {branch} of tree {DelphesBranches.Tree} has {found} values in entry {entry} where {other} has {expected}; " +
        "the file is damaged or not from Delphes");
}
