namespace DaprHep.Root;

/// <summary>No branch of that name in the tree.</summary>
public sealed class BranchNotFoundException : RootException
{
    /// <summary>Creates the error.</summary>
    /// <param name="tree">File and tree.</param>
    /// <param name="branch">The name asked for.</param>
    /// <param name="candidates">All branch names of the tree; the nearest are named in the message.</param>
    public BranchNotFoundException(string tree, string branch, IEnumerable<string> candidates)
        : base(Describe(tree, branch, candidates)) => Branch = branch;

    /// <summary>The name asked for.</summary>
    public string Branch { get; }

    private static string Describe(string tree, string branch, IEnumerable<string> candidates)
    {
        var near = candidates.Distinct()
            .Select(name => (name, distance: EditDistance(name, branch)))
            .OrderBy(c => c.distance).ThenBy(c => c.name, StringComparer.Ordinal)
            .Take(5).Select(c => c.name).ToList();
        return $"{tree}: no branch '{branch}'; " + (near.Count == 0 ? "the tree has no branches" : "nearest: " + string.Join(", ", near));
    }

    private static int EditDistance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        var current = new int[b.Length + 1];
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]);
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + (same ? 0 : 1));
            }
            (previous, current) = (current, previous);
        }
        return previous[b.Length];
    }
}
