using Microsoft.Win32.SafeHandles;

namespace DaprHep.Root;

/// <summary>A file of the local file system, read by position.</summary>
/// <remarks>Not memory-mapped: a file that shrinks while it is read must give an error, and a mapped one ends the process.</remarks>
internal sealed class FileByteSource : IByteSource
{
    private readonly SafeFileHandle _handle;

    public FileByteSource(string name, string path)
    {
        Name = name;
        try
        {
            _handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Length = RandomAccess.GetLength(_handle);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            _handle?.Dispose();
            throw new RootIOException($"{name}: cannot open: {e.Message}", e);
        }
    }

    public string Name { get; }

    public long Length { get; }

    public void Read(long offset, Span<byte> destination)
    {
        try
        {
            while (destination.Length > 0)
            {
                var read = RandomAccess.Read(_handle, destination, offset);
                if (read == 0)
                    throw new RootIOException($"{Name}: ends at byte {offset}, before the {destination.Length} bytes asked for");
                destination = destination[read..];
                offset += read;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            throw new RootIOException($"{Name}: cannot read at byte {offset}: {e.Message}", e);
        }
    }

    public void Dispose() => _handle.Dispose();
}
