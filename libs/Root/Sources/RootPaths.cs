using System.IO.Enumeration;
using System.Text;

namespace DaprHep.Root;

/// <summary>Turns paths, URLs, globs and lists of them into the files they name.</summary>
public static class RootPaths
{
    // So deep are only folders whose links go round.
    private const int MaximumDepth = 32;

    /// <summary>
    /// Expands each item: a path or URL stands for itself, a path with <c>*</c> or <c>?</c> for the files that match (<c>**</c>
    /// matches any folders), a folder for the <c>.root</c> files in it, and <c>@list.txt</c> for the lines of that file. URLs whose scheme can
    /// list files (<c>s3</c>, <c>root</c>) may have <c>*</c>, <c>?</c> and <c>**</c> after the host or bucket, too, and are folders when they end in
    /// <c>/</c>. A list may be a URL; names in it without a scheme are beside it.
    /// </summary>
    /// <param name="items">Paths, URLs, globs, folders and lists.</param>
    /// <returns>The files, those of one item in order of their names.</returns>
    /// <exception cref="RootIOException">An item names no file, a list cannot be read, or <c>**</c> is led round by links.</exception>
    public static IReadOnlyList<string> Expand(IEnumerable<string> items) => [.. items.SelectMany(ExpandOne)];

    /// <summary>Ends a search by <c>**</c> that goes down for ever.</summary>
    /// <param name="folder">Where it is, for the error.</param>
    /// <param name="depth">How many folders below the first.</param>
    /// <exception cref="RootIOException">That is deeper than folders are.</exception>
    public static void RefuseTooDeep(string folder, int depth)
    {
        if (depth > MaximumDepth)
            throw new RootIOException($"{folder}: is more than {MaximumDepth} folders down; where links go round, name the folders instead of **");
    }

    private static IEnumerable<string> ExpandOne(string item)
    {
        if (item.StartsWith('@'))
            return Expand(ReadList(item[1..]));
        if (item.Contains("://", StringComparison.Ordinal))
            return ExpandUrl(item);
        if (item.AsSpan().IndexOfAny('*', '?') >= 0 && !File.Exists(item))
            return Required(item, Match(item));
        return Directory.Exists(item) ? Required(item, Directory.EnumerateFiles(item, "*.root").Order(StringComparer.Ordinal)) : [item];
    }

    private static List<string> ExpandUrl(string url)
    {
        if (ByteSources.ListingOf(url) is not { } list)
        {
            // After a question mark may be anything.
            return url.Split('?', 2)[0].Contains('*', StringComparison.Ordinal)
                ? throw new RootIOException($"{url}: files can't be listed there; give each file, or a list of them as @list.txt or @URL")
                : [url];
        }
        var path = list.HasQueries ? url.Split('?', 2)[0] : url;
        if (url.EndsWith('/') && path == url)
            return Required(url, list.Files(url, 0).Where(u => u.EndsWith(".root", StringComparison.Ordinal) && u.LastIndexOf('/') == url.Length - 1));
        var wildcard = path.AsSpan().IndexOfAny('*', '?');
        if (wildcard < 0)
            return [url];
        if (url.IndexOf('/', url.IndexOf("://", StringComparison.Ordinal) + 3) is var host && (host < 0 || host > wildcard))
            throw new RootIOException($"{url}: expected a host or bucket without '*' and '?'");
        var folder = url.LastIndexOf('/', wildcard) + 1;
        var pattern = url[folder..].Split('/');
        var depth = pattern.Contains("**") ? int.MaxValue : pattern.Length - 1;
        return Required(url, list.Files(url[..wildcard], depth).Where(u => MatchesAll(pattern, u[folder..].Split('/'))));
    }

    private static bool MatchesAll(ReadOnlySpan<string> pattern, ReadOnlySpan<string> names)
    {
        if (pattern.IsEmpty || names.IsEmpty)
            return pattern.IsEmpty && names.IsEmpty;
        if (pattern[0] != "**")
            return Matches(pattern[0], names[0]) && MatchesAll(pattern[1..], names[1..]);
        if (pattern.Length == 1)
            return true;
        for (var skipped = 0; skipped < names.Length; skipped++)
        {
            if (MatchesAll(pattern[1..], names[skipped..]))
                return true;
        }
        return false;
    }

    private static List<string> Required(string item, IEnumerable<string> files)
    {
        var found = files.ToList();
        return found.Count > 0 ? found : throw new RootIOException($"{item}: no file matches");
    }

    private static IEnumerable<string> ReadList(string path)
    {
        var isUrl = path.Contains("://", StringComparison.Ordinal);
        try
        {
            var lines = isUrl ? Encoding.UTF8.GetString(ByteSources.ReadSmall(path)).Split('\n') : File.ReadAllLines(path);
            return lines.Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] is not ('#' or '@')).Select(l => isUrl ? Beside(path, l) : l);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RootIOException($"{path}: cannot read the list of files: {e.Message}", e);
        }
    }

    private static string Beside(string list, string name) => name.Contains("://", StringComparison.Ordinal) || name[0] == '/'
        ? name
        : list.Split('?', 2)[0] is var place ? place[..(place.LastIndexOf('/') + 1)] + name : name;

    private static IEnumerable<string> Match(string pattern)
    {
        var parts = pattern.Split('/');
        var first = Array.FindIndex(parts, p => p.AsSpan().IndexOfAny('*', '?') >= 0);
        var folder = string.Join('/', parts[..first]);
        var start = folder.Length > 0 ? folder : pattern[0] == '/' ? "/" : ".";
        if (!Directory.Exists(start))
            return [];
        var prefix = folder.Length == 0 && pattern[0] != '/' ? "" : folder + "/";
        return Match(start, prefix, parts.AsMemory(first), depth: 0).Distinct().Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Match(string folder, string prefix, ReadOnlyMemory<string> parts, int depth)
    {
        RefuseTooDeep(folder, depth);
        var part = parts.Span[0];
        var rest = parts[1..];
        if (part == "**")
        {
            var here = rest.IsEmpty ? Files(folder, prefix, "*") : Match(folder, prefix, rest, depth);
            return here.Concat(Folders(folder, "*").SelectMany(f => Match(f, prefix + Path.GetFileName(f) + "/", parts, depth + 1)));
        }
        return rest.IsEmpty
            ? Files(folder, prefix, part)
            : Folders(folder, part).SelectMany(f => Match(f, prefix + Path.GetFileName(f) + "/", rest, depth + 1));
    }

    private static IEnumerable<string> Files(string folder, string prefix, string pattern) =>
        Directory.EnumerateFiles(folder).Where(f => Matches(pattern, f)).Select(f => prefix + Path.GetFileName(f));

    private static IEnumerable<string> Folders(string folder, string pattern) =>
        Directory.EnumerateDirectories(folder).Where(f => Matches(pattern, f));

    private static bool Matches(string pattern, string path) =>
        FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(path), ignoreCase: false);
}
