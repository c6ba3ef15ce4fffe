namespace DaprHep.Data.Collection;

/// <summary>What of a store no run needs.</summary>
/// <param name="Groups">What can go, in the order in which it has to.</param>
/// <param name="Kept">What stays.</param>
/// <param name="Unfinished">Writes that were never completed.</param>
/// <param name="At">When the store was looked at.</param>
public sealed record Garbage(IReadOnlyList<ObjectGroup> Groups, IReadOnlyList<ObjectGroup> Kept, int Unfinished, DateTimeOffset At);
