using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace DaprHep.Benchmarks.Serving.Load;

/// <summary>
/// Linux's own way to wait for many sockets with one thread, to the nanosecond. The load generator shares the cores with the server that it
/// measures, and the runtime's sockets would cost it several times as much.
/// </summary>
internal sealed partial class Epoll : IDisposable
{
    private const int Add = 1, Again = 11, Interrupted = 4;
    private const uint In = 1, Out = 4;
    private const int NoSignal = 0x4000;
    private readonly int _descriptor = Checked(Create(0));
    private readonly Event[] _events = new Event[256];

    /// <summary>Waits for a socket from now on, whenever something comes in or, after sending had no room, may go out.</summary>
    /// <param name="socket">The socket, which must not block.</param>
    /// <param name="tag">What it is called when it is ready.</param>
    public void Watch(Socket socket, int tag)
    {
        const uint EdgeTriggered = 1u << 31;
        var wanted = new Event(In | Out | EdgeTriggered, tag);
        _ = Checked(Control(_descriptor, Add, (int)socket.Handle, in wanted));
    }

    /// <summary>Waits.</summary>
    /// <param name="ready">Receives the sockets for which there is something to do.</param>
    /// <param name="nanoseconds">For how long at most.</param>
    /// <returns>How many there are.</returns>
    public int Wait(Span<int> ready, long nanoseconds)
    {
        var limit = new TimeSpec(nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
        int count = Wait(_descriptor, _events, Math.Min(_events.Length, ready.Length), in limit, IntPtr.Zero);
        if (count < 0 && Marshal.GetLastPInvokeError() != Interrupted)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        for (int i = 0; i < count; i++)
            ready[i] = _events[i].Tag;
        return Math.Max(0, count);
    }

    /// <summary>Sends what there is room for.</summary>
    /// <returns>How many bytes went; −1 where there is no room.</returns>
    public static int Send(int socket, ReadOnlySpan<byte> bytes) => Ended(Send(socket, bytes, bytes.Length, NoSignal));

    /// <summary>Receives what is there.</summary>
    /// <returns>How many bytes came; 0 at the end, −1 where nothing is there yet.</returns>
    public static int Receive(int socket, Span<byte> bytes) => Ended(Receive(socket, bytes, bytes.Length, 0));

    public void Dispose() => _ = Close(_descriptor);

    private static int Ended(nint result)
    {
        if (result >= 0)
            return (int)result;
        int error = Marshal.GetLastPInvokeError();
        return error is Again or Interrupted ? -1 : throw new IOException(new Win32Exception(error).Message);
    }

    private static int Checked(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int descriptor, int operation, int socket, in Event wanted);

    [LibraryImport("libc", EntryPoint = "epoll_pwait2", SetLastError = true)]
    private static partial int Wait(int descriptor, Span<Event> events, int most, in TimeSpec limit, IntPtr signals);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int socket, ReadOnlySpan<byte> bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int socket, Span<byte> bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly struct Event(uint what, int tag)
    {
        public readonly uint What = what;
        public readonly int Tag = tag;
        private readonly int _unused;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec(long seconds, long nanoseconds)
    {
        public readonly long Seconds = seconds;
        public readonly long Nanoseconds = nanoseconds;
    }
}
