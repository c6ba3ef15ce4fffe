using DaprHep.Data.Objects;

namespace DaprHep.Ingest;

/// <summary>
/// Tells which ROOT files of a folder or bucket are new and whole: a name that ends in <c>.root</c>, and size and time that did not change
/// between two looks. Who writes a file in place is waited for; who writes <c>x.root.part</c> and renames it needs no waiting.
/// </summary>
public sealed class FolderWatch(ObjectStore folder)
{
    private readonly Dictionary<string, ObjectEntry> _seen = [];
    private readonly Dictionary<string, ObjectEntry> _taken = [];

    /// <summary>Looks once.</summary>
    /// <returns>URLs of the files that are whole and have not been given before, or have changed since; in the order of their names.</returns>
    public async Task<IReadOnlyList<string>> LookAsync(CancellationToken cancellation = default)
    {
        var ready = new List<string>();
        var now = new Dictionary<string, ObjectEntry>();
        await foreach (ObjectEntry entry in folder.ListAsync("", cancellation))
        {
            if (!entry.Key.EndsWith(".root", StringComparison.Ordinal) || entry.Bytes == 0)
                continue;
            now.Add(entry.Key, entry);
            if (_seen.GetValueOrDefault(entry.Key) != entry || _taken.GetValueOrDefault(entry.Key) == entry)
                continue;
            _taken[entry.Key] = entry;
            ready.Add(UrlOf(entry.Key));
        }
        _seen.Clear();
        foreach ((string key, ObjectEntry entry) in now)
            _seen.Add(key, entry);
        return ready;
    }

    /// <summary>Gives a file once more at the next look: it could not be read for a reason that may pass.</summary>
    public void Again(string url)
    {
        foreach (string key in _taken.Keys.Where(key => UrlOf(key) == url).ToList())
            _taken.Remove(key);
    }

    private string UrlOf(string key) => folder.Url.StartsWith("file://", StringComparison.Ordinal)
        ? Path.Combine(new Uri(folder.Url).LocalPath, key)
        : $"{folder.Url.TrimEnd('/')}/{key}";
}
