namespace DaprHep.Root;

/// <summary>Turns the record of a TTree into a <see cref="RootTree"/>.</summary>
internal static class TreeLoader
{
    public static RootTree Load(RootFile file, RootKey key)
    {
        var location = new RecordLocation(file.Name, $"tree '{key.Path}'");
        var cursor = new RootCursor(file.ReadRecord(key.Header, location), location);
        var record = new TreeRecord();
        new ObjectReader(file.Streamers, key.Header.Extent.KeyLength).ReadInto(ref cursor, key.ClassName, record, cursor.Length);
        if (record.Entries < 0)
            throw location.Error(-1, "0 or more entries", $"{record.Entries}");
        var tree = new RootTree(file, key, record);
        var builder = new BranchBuilder(tree, location);
        tree.SetBranches(builder.Build(record.Branches, parent: null), builder.All);
        builder.ConnectCounters();
        return tree;
    }

    private sealed class BranchBuilder(RootTree tree, RecordLocation location)
    {
        private readonly Dictionary<BranchRecord, RootBranch> _built = [];
        private readonly Dictionary<LeafRecord, RootBranch> _leafOwners = [];

        /// <summary>Every branch built, parents before children.</summary>
        public List<RootBranch> All { get; } = [];

        public List<RootBranch> Build(IReadOnlyList<object?> records, RootBranch? parent)
        {
            var branches = new List<RootBranch>(records.Count);
            foreach (var item in records)
            {
                if (item is not BranchRecord record)
                    continue;
                if (_built.ContainsKey(record))
                    throw location.Error(-1, "each branch once", $"branch '{record.Name}' twice");
                var branch = new RootBranch(tree, record, parent);
                _built.Add(record, branch);
                All.Add(branch);
                foreach (var leaf in record.Leaves)
                    _leafOwners.TryAdd(leaf, branch);
                branch.SetBranches(Build(record.Branches, branch));
                branches.Add(branch);
            }
            return branches;
        }

        public void ConnectCounters()
        {
            foreach (var (record, branch) in _built)
            {
                if (record.Counter is { } counter && _built.TryGetValue(counter, out var owner))
                    branch.Counter = owner;
                else if (record.Leaves is [{ Counter: { } leaf }] && _leafOwners.TryGetValue(leaf, out owner))
                    branch.Counter = owner;
            }
        }
    }
}
