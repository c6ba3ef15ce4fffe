using System.IO.Enumeration;

namespace DaprHep.Root;

/// <summary>A branch to read.</summary>
/// <param name="Name">What its values are called: unique in a selection.</param>
/// <param name="Branch">The branch.</param>
public sealed record SelectedBranch(string Name, RootBranch Branch);

/// <summary>A branch that a pattern means and that cannot be read.</summary>
/// <param name="Branch">The branch.</param>
/// <param name="Error">Why: an <see cref="UnsupportedBranchException"/>, or a <see cref="RootFormatException"/> for a damaged one.</param>
public sealed record RefusedBranch(RootBranch Branch, RootException Error)
{
    /// <summary>The reason in words, without the names of file and branch.</summary>
    public string Reason => Error switch
    {
        UnsupportedBranchException unsupported => unsupported.Reason,
        RootFormatException damage => $"damaged: expected {damage.Expected}, found {damage.Found}",
        _ => Error.Message,
    };
}

/// <summary>The branches of a tree that names and patterns mean.</summary>
public sealed class BranchSelection
{
    private readonly RootTree _tree;
    private readonly long _end;
    private readonly List<SelectedBranch> _branches = [];
    private readonly List<RefusedBranch> _refused = [];
    private readonly HashSet<string> _names = [];
    private readonly HashSet<RootBranch> _seen = [];

    private BranchSelection(RootTree tree, long end)
    {
        _tree = tree;
        _end = end;
    }

    /// <summary>The branches to read, in the order asked for.</summary>
    public IReadOnlyList<SelectedBranch> Branches => _branches;

    /// <summary>The branches that a pattern means and that are left out.</summary>
    public IReadOnlyList<RefusedBranch> Refused => _refused;

    /// <summary>Entries to read at once so that the values of all branches together take about 4 MB.</summary>
    public int EntriesAChunk => ValueReader.EntriesAChunk(_branches.Select(b => b.Branch));

    /// <summary>Finds the branches. Those that only group others hold no values and are passed over.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="patterns">
    /// Names, paths, or patterns of them with <c>*</c> and <c>?</c>; all branches if not given. What a name means must be readable;
    /// what a pattern means and is not readable is listed as refused.
    /// </param>
    /// <param name="end">The entry after the last that will be read; the tree's end if not given. A branch with fewer is refused.</param>
    /// <exception cref="BranchNotFoundException">Nothing has that name or fits that pattern.</exception>
    /// <exception cref="UnsupportedBranchException">A branch asked for by its name cannot be read.</exception>
    /// <exception cref="RootFormatException">A branch asked for by its name is damaged.</exception>
    public static BranchSelection Of(RootTree tree, IReadOnlyList<string>? patterns = null, long? end = null)
    {
        var selection = new BranchSelection(tree, end ?? tree.Entries);
        foreach (var pattern in patterns ?? ["*"])
            selection.Add(pattern);
        return selection;
    }

    private void Add(string pattern)
    {
        var isPattern = pattern.AsSpan().ContainsAny('*', '?') && !_tree.AllBranches.Any(b => b.Name == pattern || b.Path == pattern);
        if (!isPattern)
        {
            var branch = _tree.Find(pattern);
            if (Refusal(branch, entries: 0) is { } refusal)
                throw refusal;
            if (_seen.Add(branch) && _names.Add(pattern))
                _branches.Add(new SelectedBranch(pattern, branch));
            return;
        }
        var matches = _tree.AllBranches.Where(b => Fits(b.Name) || Fits(b.Path)).ToList();
        if (matches.Count == 0 && pattern != "*")
            throw new BranchNotFoundException(_tree.ToString(), pattern, _tree.AllBranches.Select(b => b.Name));
        foreach (var branch in matches.Where(b => !b.IsGroup && _seen.Add(b)))
        {
            if (Refusal(branch, entries: 1) is { } refusal)
                _refused.Add(new RefusedBranch(branch, refusal));
            else
                _branches.Add(new SelectedBranch(UniqueName(branch), branch));
        }

        bool Fits(string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
    }

    private RootException? Refusal(RootBranch branch, long entries)
    {
        if (branch.Entries < _end)
            return new UnsupportedBranchException(branch.ToString(), $"it has {branch.Entries} entries where {_end} are to be read");
        try
        {
            // Whether objects can be decoded may show only with the first of them.
            using var reader = branch.ReadValues(0, Math.Min(entries, branch.Entries));
            reader.Next();
            return null;
        }
        catch (Exception e) when (e is UnsupportedBranchException or RootFormatException)
        {
            return (RootException)e;
        }
    }

    /// <summary>The name, or the path where names repeat; a file may even repeat paths.</summary>
    private string UniqueName(RootBranch branch)
    {
        if (_names.Add(branch.Name))
            return branch.Name;
        var name = branch.Path;
        for (var number = 2; !_names.Add(name); number++)
            name = $"{branch.Path}#{number}";
        return name;
    }
}
