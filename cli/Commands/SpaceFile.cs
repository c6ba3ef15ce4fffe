using DaprHep.Hosting;
using DaprHep.Learning.Tuning;

namespace DaprHep.Cli.Commands;

/// <summary>A search space that an option names.</summary>
internal static class SpaceFile
{
    /// <summary>Reads it, so that what is wrong with it is found before anything else is done.</summary>
    /// <param name="option">The option, for errors.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="BadInputException">It can't be read.</exception>
    /// <exception cref="SearchSpaceException">It is no search space; the message has line and field.</exception>
    public static SearchSpace Read(string option, string path)
    {
        try
        {
            return SearchSpaceReader.Read(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{option} {path}: can't be read ({e.Message}); give a YAML file like those in samples/spaces", e);
        }
    }
}
