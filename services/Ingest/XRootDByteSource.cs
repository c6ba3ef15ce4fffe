using System.Runtime.InteropServices;
using DaprHep.Root;

namespace DaprHep.Ingest;

/// <summary>
/// A ROOT file on an XRootD server, read through the C functions of Debian's <c>libxrdposix3</c>, which is loaded when the first such URL is
/// opened. Only the ranges read are fetched; where the server redirects, and how it asks who one is, is the library's business.
/// </summary>
public sealed partial class XRootDByteSource : RemoteByteSource
{
    private const string Library = "libXrdPosixPreload.so.2";
    private const int ReadOnly = 0;
    private const int FromEnd = 2;
    private readonly int _file;
    private readonly long _length;

    /// <summary>Opens a file.</summary>
    /// <param name="url"><c>root://HOST[:PORT]//PATH</c>.</param>
    /// <exception cref="RootIOException">It is missing, or the server or the library can't be had.</exception>
    public XRootDByteSource(string url)
        : base(url)
    {
        try
        {
            _file = Open(url, ReadOnly);
            if (_file < 0)
                throw Failed("can't be opened");
            _length = Seek(_file, 0, FromEnd);
            if (_length < 0)
                throw Failed("its length can't be had");
        }
        catch (DllNotFoundException e)
        {
            throw new RootIOException($"{url}: needs the XRootD client; install the Debian package libxrdposix3", e);
        }
        Connect();
    }

    /// <summary>Lets <see cref="RootFile.Open(string)"/> understand <c>root://</c>, and <see cref="RootPaths"/> list its folders.</summary>
    public static void Register() =>
        ByteSources.Register("root", url => new XRootDByteSource(url), new FileListing(XRootDFolder.Files, HasQueries: true));

    /// <inheritdoc/>
    protected override unsafe (byte[] Bytes, long FileLength) FetchOnce(ByteRange range)
    {
        var bytes = new byte[(int)Math.Max(0, Math.Min(range.Length, _length - range.Offset))];
        fixed (byte* start = bytes)
        {
            for (int done = 0; done < bytes.Length;)
            {
                nint count = Read(_file, start + done, (nuint)(bytes.Length - done), range.Offset + done);
                if (count < 0)
                    throw new IOException(Marshal.GetLastPInvokeErrorMessage());
                if (count == 0)
                    throw new RootIOException($"{Name}: ends at byte {range.Offset + done} of {_length}; it changed while it was read");
                done += (int)count;
            }
        }
        return (bytes, _length);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_file >= 0)
            _ = Close(_file);
        base.Dispose(disposing);
    }

    private RootIOException Failed(string problem) =>
        new($"{Name}: {problem}: {Marshal.GetLastPInvokeErrorMessage()}; check the server, the path (two slashes before it) and your credentials");

    [LibraryImport(Library, EntryPoint = "XrdPosix_Open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport(Library, EntryPoint = "XrdPosix_Lseek", SetLastError = true)]
    private static partial long Seek(int file, long offset, int whence);

    [LibraryImport(Library, EntryPoint = "XrdPosix_Pread", SetLastError = true)]
    private static unsafe partial nint Read(int file, byte* buffer, nuint count, long offset);

    [LibraryImport(Library, EntryPoint = "XrdPosix_Close", SetLastError = true)]
    private static partial int Close(int file);
}
