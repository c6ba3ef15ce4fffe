using System.IO.Enumeration;

namespace DaprHep.Root;

/// <summary>Turns paths, URLs, globs and lists of them into the files they name.</summary>
public static class RootPaths
{
    /// <summary>
    /// Expands each item: a path or URL stands for itself, a path with <c>*</c> or <c>?</c> for the files that match (<c>**</c>
    /// matches any folders), a folder for the <c>.root</c> files in it, and <c>@list.txt</c> for the lines of that file.
    /// </summary>
    /// <param name="items">Paths, URLs, globs, folders and lists.</param>
    /// <returns>The files, those of one item in order of their names.</returns>
    /// <exception cref="RootIOException">An item names no file, or a list cannot be read.</exception>
    public static IReadOnlyList<string> Expand(IEnumerable<string> items) => [.. items.SelectMany(ExpandOne)];

    private static IEnumerable<string> ExpandOne(string item)
    {
        if (item.StartsWith('@'))
            return Expand(ReadList(item[1..]));
        if (item.Contains("://", StringComparison.Ordinal))
            return [item];
        if (item.AsSpan().IndexOfAny('*', '?') >= 0 && !File.Exists(item))
            return Required(item, Match(item));
        return Directory.Exists(item) ? Required(item, Directory.EnumerateFiles(item, "*.root").Order(StringComparer.Ordinal)) : [item];
    }

    private static List<string> Required(string item, IEnumerable<string> files)
    {
        var found = files.ToList();
        return found.Count > 0 ? found : throw new RootIOException($"{item}: no file matches");
    }

    private static IEnumerable<string> ReadList(string path)
    {
        try
        {
            return File.ReadAllLines(path).Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] is not ('#' or '@'));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RootIOException($"{path}: cannot read the list of files: {e.Message}", e);
        }
    }

    private static IEnumerable<string> Match(string pattern)
    {
        var parts = pattern.Split('/');
        var first = Array.FindIndex(parts, p => p.AsSpan().IndexOfAny('*', '?') >= 0);
        var folder = string.Join('/', parts[..first]);
        var start = folder.Length > 0 ? folder : pattern[0] == '/' ? "/" : ".";
        if (!Directory.Exists(start))
            return [];
        var prefix = folder.Length == 0 && pattern[0] != '/' ? "" : folder + "/";
        return Match(start, prefix, parts.AsMemory(first)).Distinct().Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Match(string folder, string prefix, ReadOnlyMemory<string> parts)
    {
        var part = parts.Span[0];
        var rest = parts[1..];
        if (part == "**")
        {
            var here = rest.IsEmpty ? Files(folder, prefix, "*") : Match(folder, prefix, rest);
            return here.Concat(Folders(folder, "*").SelectMany(f => Match(f, prefix + Path.GetFileName(f) + "/", parts)));
        }
        return rest.IsEmpty
            ? Files(folder, prefix, part)
            : Folders(folder, part).SelectMany(f => Match(f, prefix + Path.GetFileName(f) + "/", rest));
    }

    private static IEnumerable<string> Files(string folder, string prefix, string pattern) =>
        Directory.EnumerateFiles(folder).Where(f => Matches(pattern, f)).Select(f => prefix + Path.GetFileName(f));

    private static IEnumerable<string> Folders(string folder, string pattern) =>
        Directory.EnumerateDirectories(folder).Where(f => Matches(pattern, f));

    private static bool Matches(string pattern, string path) =>
        FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(path), ignoreCase: false);
}
