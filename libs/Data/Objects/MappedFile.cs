using System.Buffers;
using System.IO.MemoryMappedFiles;

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
}
