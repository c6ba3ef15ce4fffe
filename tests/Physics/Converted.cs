using DaprHep.Root;

namespace DaprHep.Physics.Tests;

/// <summary>Our conversion of real files.</summary>
internal static class Converted
{
    /// <summary>The selected ones of the first <paramref name="entries"/> entries of a ROOT file; their ids are the entries.</summary>
    public static TopologyEvents File(string path, PhysicsProfile profile, int entries)
    {
        using var file = RootFile.Open(path);
        using var reader = new DelphesReader(file.Tree(DelphesBranches.Tree), 0, new TreeReaderOptions { EndEntry = entries });
        var converter = new EventConverter(profile);
        var selection = new TopologyEvents();
        while (reader.Next())
            converter.Convert(reader.Events, selection);
        return selection;
    }
}
