using System.Runtime.InteropServices;

namespace DaprHep.Data.Objects;

/// <summary>What the class library does not do with files: names that are made once only, and folders that reach the disk.</summary>
public static class PosixFile
{
    private const int Missing = 2;
    private const int Exists = 17;
    private const int NotSupported = 22;

    /// <summary>
    /// Renames a file unless the name is taken. A second name for a file is refused by the system where there is one, so of two that try at
    /// once one succeeds; a move that does not overwrite looks first and renames then.
    /// </summary>
    /// <exception cref="IOException">It can't be renamed.</exception>
    public static bool TryMoveNew(string temporary, string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            if (Link(temporary, path) == 0)
            {
                File.Delete(temporary);
                return true;
            }
            if (Marshal.GetLastPInvokeError() == Exists)
                return false;
        }
        // Windows, and file systems without second names.
        try
        {
            File.Move(temporary, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }

    /// <summary>Makes a rename durable: on POSIX systems the folder itself has to reach the disk.</summary>
    /// <exception cref="IOException">It did not.</exception>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        int descriptor = Open(folder, 0);
        // A folder that others have deleted has nothing to keep.
        if (descriptor < 0)
        {
            Check(folder, Missing);
            return;
        }
        // Not every file system knows how.
        if (Sync(descriptor) != 0)
            Check(folder, NotSupported);
        _ = Close(descriptor);
    }

    private static void Check(string folder, int harmless)
    {
        int error = Marshal.GetLastPInvokeError();
        if (error != harmless)
            throw new IOException($"the folder {folder} can't be flushed to the disk: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    [DllImport("libc", EntryPoint = "link", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true, SetLastError = true)]
    private static extern int Link(string path, string name);

    [DllImport("libc", EntryPoint = "open", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true, SetLastError = true)]
    private static extern int Open(string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Sync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
}
