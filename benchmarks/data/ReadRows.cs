using DaprHep.Physics;
using DaprHep.Root;

namespace DaprHep.Benchmarks.Data;

/// <summary>Bytes that conversion reads of Delphes files, against the bytes that the wanted branches have in them.</summary>
internal static class ReadRows
{
    public static void Measure(Table table)
    {
        long all = 0, wanted = 0, read = 0;
        foreach (string path in RealEvents.Files.SelectMany(files => files))
        {
            var source = new CountedSource(ByteSources.Open(path));
            using RootFile file = RootFile.Open(source);
            RootTree tree = file.Tree(DelphesBranches.Tree);
            using var reader = new DelphesReader(tree, 0);
            var converter = new EventConverter(PhysicsProfiles.Parse(RealEvents.Physics));
            var selected = new TopologyEvents();
            while (reader.Next())
            {
                selected.Clear();
                converter.Convert(reader.Events, selected);
            }
            all += source.Length;
            wanted += DelphesBranches.All.Sum(name => tree.Find(name).CompressedBytes);
            read += source.BytesRead;
        }
        double share = (double)read / wanted;
        Table.Show("bytes of the ROOT files", $"{all:N0}");
        Table.Show("bytes of the wanted branches in them", $"{wanted:N0}");
        table.Want("bytes read of the files, to those of the wanted branches", $"{share:F3}", "≤ 1.1", share <= 1.1);
    }
}
