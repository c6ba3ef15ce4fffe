using DaprHep.Hosting;
using Microsoft.Win32.SafeHandles;

namespace DaprHep.Cli.Commands;

/// <summary>Where a dump goes: standard output, or a file that appears under its name only when it is whole.</summary>
internal sealed class DumpOutput : IDisposable
{
    private const int BrokenPipe = 32;
    private readonly string? _path;
    private readonly string? _unfinished;

    private DumpOutput(Stream stream, string? path, string? unfinished)
    {
        Stream = stream;
        _path = path;
        _unfinished = unfinished;
    }

    public Stream Stream { get; }

    public static DumpOutput Open(string? path)
    {
        if (path is null)
            return new DumpOutput(StandardOutput(), null, null);
        string unfinished = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            if (Directory.Exists(path))
                throw new BadInputException($"--out {path}: is a folder; give a file");
            return new DumpOutput(new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write), path, unfinished);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"--out {path}: can't be written ({e.Message}); give a file in a folder you may write to", e);
        }
    }

    /// <summary>True if whoever read standard output has seen enough.</summary>
    public static bool IsClosedByReader(IOException e) => e.HResult == BrokenPipe;

    /// <summary>The dump is whole.</summary>
    public void Finish()
    {
        Stream.Flush();
        if (_path is null)
            return;
        Stream.Dispose();
        File.Move(_unfinished!, _path, overwrite: true);
    }

    public void Dispose()
    {
        if (_path is null)
            return;
        Stream.Dispose();
        File.Delete(_unfinished!);
    }

    // The console's own stream says nothing when a pipe is closed, and a dump would go on in vain. It is used for redirection to files,
    // where it keeps to the position that the shell shares between programs.
    private static Stream StandardOutput()
    {
        var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return pipe.CanSeek ? Console.OpenStandardOutput() : pipe;
    }
}
