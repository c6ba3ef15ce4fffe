using DaprHep.Data.Objects;
using DaprHep.Hosting;

namespace DaprHep.Cli;

/// <summary>A single file that a command leaves: there whole or not at all.</summary>
internal static class OutputFile
{
    /// <summary>Writes a file in one step and gives its full path.</summary>
    /// <exception cref="BadInputException">It can't be written there.</exception>
    public static async Task<string> WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        string file = Path.GetFullPath(path), partial = $"{file}.{Guid.NewGuid():N}.partial";
        try
        {
            using (var stream = new FileStream(partial, FileMode.CreateNew, FileAccess.Write))
            {
                await stream.WriteAsync(content, cancellation);
                stream.Flush(flushToDisk: true);
            }
            File.Move(partial, file, overwrite: true);
            PosixFile.FlushFolder(Path.GetDirectoryName(file)!);
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(partial))
                File.Delete(partial);
            throw new BadInputException($"--out {path}: can't be written ({e.Message}); give a file in a folder you may write to", e);
        }
    }
}
