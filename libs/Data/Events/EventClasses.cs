namespace DaprHep.Data.Events;

/// <summary>The classes of events; a class's label is its place in the list.</summary>
public static class EventClasses
{
    /// <summary>QCD, top pair, W+jets.</summary>
    public static IReadOnlyList<string> Names { get; } = ["qcd", "ttbar", "wjets"];

    /// <summary>The label of a class, or −1 if there is no such class.</summary>
    public static int LabelOf(string name)
    {
        for (int label = 0; label < Names.Count; label++)
        {
            if (Names[label] == name)
                return label;
        }
        return -1;
    }
}
