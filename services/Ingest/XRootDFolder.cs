using System.Runtime.InteropServices;
using DaprHep.Root;

namespace DaprHep.Ingest;

/// <summary>Folders of an XRootD server, listed through the C functions of Debian's <c>libxrdposix3</c>.</summary>
internal static partial class XRootDFolder
{
    private const string Library = "libXrdPosixPreload.so.2";

    // In the dirent64 of Linux, after inode, offset, length and type.
    private const int OffsetOfName = 19;
    private const int Denied = 13;

    /// <summary>The files whose URLs begin with a text, down to so many folders below its last <c>/</c>.</summary>
    /// <param name="start">For instance <c>root://HOST//data/qcd_</c>.</param>
    /// <param name="depth">How many folders to go down.</param>
    /// <exception cref="RootIOException">The folder is missing, may not be listed, or the server or the library can't be had.</exception>
    public static IEnumerable<string> Files(string start, int depth)
    {
        string folder = start[..(start.LastIndexOf('/') + 1)];
        string[] names;
        try
        {
            names = Names(folder) ?? throw Unlistable(folder);
        }
        catch (DllNotFoundException e)
        {
            throw new RootIOException($"{start}: needs the XRootD client; install the Debian package libxrdposix3", e);
        }
        return names.Select(name => folder + name).Where(url => url.StartsWith(start, StringComparison.Ordinal)).SelectMany(url => Below(url, depth, level: 1))
            .Order(StringComparer.Ordinal);
    }

    // What can be listed is a folder; names of ROOT files are not tried. Leaving out a folder that may not be listed would leave out data.
    private static IEnumerable<string> Below(string url, int depth, int level)
    {
        RootPaths.RefuseTooDeep(ByteSources.NameOf(url), level);
        if (level > depth || url.EndsWith(".root", StringComparison.Ordinal))
            return [url];
        if (Names(url) is { } names)
            return names.SelectMany(name => Below($"{url}/{name}", depth, level + 1));
        return Marshal.GetLastPInvokeError() == Denied ? throw Unlistable(url) : [url];
    }

    private static RootIOException Unlistable(string folder) => new(
        $"{ByteSources.NameOf(folder)}: can't be listed: {Marshal.GetLastPInvokeErrorMessage()}; check the server, the path (two slashes before it) "
        + "and your credentials, or give each file, or a list of them as @list.txt");

    private static string[]? Names(string url)
    {
        nint folder = Open(url);
        if (folder == 0)
            return null;
        var names = new List<string>();
        for (nint entry = Next(folder); entry != 0; entry = Next(folder))
            names.Add(Marshal.PtrToStringUTF8(entry + OffsetOfName)!);
        _ = Close(folder);
        return [.. names.Where(name => name is not ("." or ".."))];
    }

    [LibraryImport(Library, EntryPoint = "XrdPosix_Opendir", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial nint Open(string path);

    [LibraryImport(Library, EntryPoint = "XrdPosix_Readdir64")]
    private static partial nint Next(nint folder);

    [LibraryImport(Library, EntryPoint = "XrdPosix_Closedir")]
    private static partial int Close(nint folder);
}
