using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace DaprHep.Data.Objects;

/// <summary>A file mapped into memory, so that Arrow arrays are views of the page cache.</summary>
internal sealed unsafe class MappedFile : MemoryManager<byte>
{
    private readonly MemoryMappedFile? _map;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly int _length;
    private byte* _start;

    private MappedFile(MemoryMappedFile? map, MemoryMappedViewAccessor? view, int length)
    {
        _map = map;
        _view = view;
        _length = length;
        view?.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    public static MappedFile Open(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        if (file.Length == 0)
            return new MappedFile(null, null, 0);
        if (file.Length > Array.MaxLength)
            throw new IOException($"{path} has {file.Length:N0} bytes; an object is at most {Array.MaxLength:N0} bytes long");
        MemoryMappedFile map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        return new MappedFile(map, map.CreateViewAccessor(0, file.Length, MemoryMappedFileAccess.Read), (int)file.Length);
    }

    /// <summary>
    /// Gives the memory of the file's pages back; they stay in the page cache, and whoever touches one again gets it from there. Without it,
    /// a process that reads through a file counts as much memory as the file is long.
    /// </summary>
    public void Forget()
    {
        const int DontNeed = 4;
        if (_start != null && OperatingSystem.IsLinux())
            _ = Advise(_start, (nuint)_length, DontNeed);
    }

    public override Span<byte> GetSpan() => new(_start, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (_start == null)
            return;
        _start = null;
        _view!.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map!.Dispose();
    }

    [DllImport("libc", EntryPoint = "madvise")]
    private static extern int Advise(void* address, nuint length, int advice);
}
