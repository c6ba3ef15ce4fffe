using DaprHep.Data.Events;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Root;

namespace DaprHep.Cli;

/// <summary>Turns what a person writes (a folder with a sub-folder a class, or CLASS=GLOB) into file lists by class.</summary>
internal static class SampleArguments
{
    /// <summary>The ROOT files in the class sub-folders of <paramref name="folder"/>, a path or URL, in the order of their names.</summary>
    public static IReadOnlyList<SampleFiles> FromFolder(string folder)
    {
        if (folder.Contains("://", StringComparison.Ordinal))
            return [.. EventClasses.Names.Select(name => NonEmpty(name, folder, FilesOf($"{folder.TrimEnd('/')}/{name}/*.root")))];
        if (!Directory.Exists(folder))
            throw new BadInputException($"{folder}: no such folder; expected one with the sub-folders {string.Join(", ", EventClasses.Names)}");
        return [.. EventClasses.Names.Select(name =>
        {
            string sub = Path.Combine(folder, name);
            if (!Directory.Exists(sub))
            {
                string expected = string.Join(", ", EventClasses.Names);
                throw new BadInputException($"{folder}: sub-folder '{name}' is missing; expected {expected}, each with ROOT files");
            }
            return NonEmpty(name, sub, Sorted(Directory.EnumerateFiles(sub, "*.root")));
        })];
    }

    /// <summary>The files of <c>CLASS=GLOB</c> arguments; a class may come more than once.</summary>
    public static IReadOnlyList<SampleFiles> FromGlobs(IReadOnlyList<string> arguments)
    {
        var files = EventClasses.Names.ToDictionary(name => name, _ => new List<string>());
        foreach (string argument in arguments)
        {
            int equals = argument.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !files.TryGetValue(argument[..equals], out List<string>? list))
                throw new UsageException($"--sample {argument}: expected CLASS=GLOB with CLASS one of {string.Join(", ", EventClasses.Names)}");
            list.AddRange(FilesOf(argument[(equals + 1)..]));
        }
        return [.. EventClasses.Names.Select(name => NonEmpty(name, "--sample", files[name]))];
    }

    /// <summary>
    /// The files that a path, a URL, a glob (<c>*</c>, <c>?</c>, <c>**</c>), a folder or a list (<c>@list.txt</c>, a file a line) stands for.
    /// </summary>
    public static IReadOnlyList<string> FilesOf(string pattern)
    {
        IReadOnlyList<string> files;
        try
        {
            files = RootPaths.Expand([pattern]);
        }
        catch (RootIOException e) when (pattern[0] != '@')
        {
            throw new BadInputException(pattern.Contains("://", StringComparison.Ordinal) ? e.Message : $"{pattern}: no such file", e);
        }
        string? missing = files.FirstOrDefault(file => !file.Contains("://", StringComparison.Ordinal) && !File.Exists(file));
        return missing is null ? files : throw new BadInputException($"{missing}: no such file");
    }

    private static SampleFiles NonEmpty(string name, string where, IReadOnlyList<string> files) => files.Count > 0
        ? new SampleFiles(name, [.. files.Select(file => file.Contains("://", StringComparison.Ordinal) ? file : Path.GetFullPath(file))])
        : throw new BadInputException($"{where}: class '{name}' has no ROOT files; every class needs at least one");

    private static string[] Sorted(IEnumerable<string> files)
    {
        string[] sorted = [.. files];
        Array.Sort(sorted, StringComparer.Ordinal);
        return sorted;
    }
}
