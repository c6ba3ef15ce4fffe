using System.Runtime.InteropServices;

namespace DaprHep.Learning.Distributed;

/// <summary>The functions of libdaprhep_torch over c10d, as native/include/daprhep_ranks.h declares them.</summary>
internal static unsafe partial class NativeRanks
{
    /// <summary>Bits of <see cref="dht_rank_engines"/>.</summary>
    internal const int Gloo = 1, Nccl = 2;

    private const string Library = "daprhep_torch";

    /// <summary>Throws what a call reported.</summary>
    /// <exception cref="RankEngineException">c10d refused; the message is its own.</exception>
    internal static void Check(IntPtr error)
    {
        if (TextOf(error) is { } message)
            throw new RankEngineException(message);
    }

    /// <summary>Takes over a text; null for none.</summary>
    internal static string? TextOf(IntPtr text)
    {
        var managed = Marshal.PtrToStringUTF8(text);
        if (text != IntPtr.Zero)
            dht_error_free(text);
        return managed;
    }

    [LibraryImport(Library)] internal static partial void dht_error_free(IntPtr error);
    [LibraryImport(Library)] internal static partial int dht_rank_engines();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial IntPtr dht_store_open(
        string host, ushort port, int isServer, long timeoutMs, out ushort boundPort, out IntPtr result);
    [LibraryImport(Library)] internal static partial void dht_store_free(IntPtr store);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial IntPtr dht_store_add(
        IntPtr store, string key, long amount, out long result);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial IntPtr dht_store_set_once(
        IntPtr store, string key, string text, out IntPtr result);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial IntPtr dht_store_get(
        IntPtr store, string key, out IntPtr result);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial IntPtr dht_group_open(
        IntPtr store, int engine, string address, int rank, int size, long joinMs, long collectiveMs, out IntPtr result);
    [LibraryImport(Library)] internal static partial void dht_group_free(IntPtr group);

    [LibraryImport(Library)] internal static partial IntPtr dht_all_reduce_floats(
        IntPtr group, float* values, long count, out IntPtr result);
    [LibraryImport(Library)] internal static partial IntPtr dht_all_reduce_tensor(IntPtr group, IntPtr tensor, out IntPtr result);
    [LibraryImport(Library)] internal static partial IntPtr dht_broadcast_floats(
        IntPtr group, float* values, long count, int root, out IntPtr result);
    [LibraryImport(Library)] internal static partial IntPtr dht_exchange_floats(
        IntPtr group, float* values, long count, out IntPtr result);
    [LibraryImport(Library)] internal static partial IntPtr dht_work_wait(IntPtr work, long timeoutMs, out int done);
    [LibraryImport(Library)] internal static partial void dht_work_interrupt(IntPtr work);
    [LibraryImport(Library)] internal static partial void dht_work_free(IntPtr work);
}
