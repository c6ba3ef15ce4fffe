namespace DaprHep.Data.Sampling;

/// <summary>
/// Where an event came from, as one number: the source id (first 32 bits of the source digest) above the tree entry.
/// Every random decision about an event is a function of this number, never of the order or number of the files:
/// adding data moves no event from test to train, and shards can be built one by one.
/// </summary>
public static class EventIdentity
{
    private const ulong SplitSalt = 0x5851F42D4C957F2DUL;
    private const ulong DrawSalt = 0x14057B7EF767814FUL;
    private const ulong OrderSalt = 0xD1342543DE82EF95UL;

    /// <summary>The identity of entry <paramref name="entry"/> of source <paramref name="source"/>.</summary>
    public static ulong Of(uint source, uint entry) => (ulong)source << 32 | entry;

    /// <summary>The source id of an event.</summary>
    public static uint SourceOf(ulong identity) => (uint)(identity >> 32);

    /// <summary>The tree entry of an event.</summary>
    public static uint EntryOf(ulong identity) => (uint)identity;

    /// <summary>Uniform over 64 bits; decides train or test. Independent of every seed, so that the split is for ever.</summary>
    public static ulong SplitKey(ulong identity) => Mix(identity ^ SplitSalt);

    /// <summary>Uniform over 64 bits; the events of a class with the smallest keys are the ones drawn when it is undersampled.</summary>
    public static ulong DrawKey(ulong identity, ulong seed) => Mix(Mix(identity ^ DrawSalt) + seed);

    /// <summary>Uniform over 64 bits; the order of the shuffled dataset.</summary>
    public static ulong OrderKey(ulong identity, ulong seed) => Mix(Mix(identity ^ OrderSalt) + seed);

    /// <summary>The finalizer of SplitMix64 (Steele, Lea, Flood 2014): a bijection, so distinct events never collide.</summary>
    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15UL;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }
}
