using Microsoft.Win32.SafeHandles;

namespace DaprHep.Root;

/// <summary>The work memory of libdeflate and libzstd, one of each a thread, freed with it.</summary>
internal static class CodecContexts
{
    [ThreadStatic]
    private static DeflateContext? _deflate;

    [ThreadStatic]
    private static ZstdContext? _zstd;

    public static nint Deflate => (_deflate ??= new DeflateContext()).DangerousGetHandle();

    public static nint Zstd => (_zstd ??= new ZstdContext()).DangerousGetHandle();

    private sealed class DeflateContext : SafeHandleZeroOrMinusOneIsInvalid
    {
        public DeflateContext() : base(ownsHandle: true)
        {
            SetHandle(NativeCodecs.DeflateAllocate());
            if (IsInvalid)
                throw new InsufficientMemoryException("libdeflate could not allocate a decompressor");
        }

        protected override bool ReleaseHandle()
        {
            NativeCodecs.DeflateFree(handle);
            return true;
        }
    }

    private sealed class ZstdContext : SafeHandleZeroOrMinusOneIsInvalid
    {
        public ZstdContext() : base(ownsHandle: true)
        {
            SetHandle(NativeCodecs.ZstdAllocate());
            if (IsInvalid)
                throw new InsufficientMemoryException("libzstd could not allocate a context");
        }

        protected override bool ReleaseHandle()
        {
            _ = NativeCodecs.ZstdFree(handle);
            return true;
        }
    }
}
