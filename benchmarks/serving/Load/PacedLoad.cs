using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace DaprHep.Benchmarks.Serving.Load;

/// <summary>
/// Requests at a steady rate, whether the server keeps up or not. A latency is counted from the moment at which its request was due, so
/// that a server that stands still makes all the requests late that it keeps waiting.
/// </summary>
internal static partial class PacedLoad
{
    private const int Connections = 64;

    /// <summary>Sends requests.</summary>
    /// <param name="server">The server.</param>
    /// <param name="requests">What to send, in turn.</param>
    /// <param name="rate">Requests a second.</param>
    /// <param name="seconds">For how long.</param>
    public static async Task<LoadResult> RunAsync(Uri server, byte[][] requests, double rate, double seconds)
    {
        int count = (int)(rate * seconds);
        var latencies = new double[count];
        Channel<(int Index, long Due)> due = Channel.CreateUnbounded<(int, long)>(new UnboundedChannelOptions { SingleWriter = true });
        long failed = 0;
        Connection[] connections = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Connection.OpenAsync(server)));
        Task[] senders = [.. connections.Select(SendAsync)];
        long start = Stopwatch.GetTimestamp();
        var pacer = new Thread(() => Pace(due.Writer, count, rate, start)) { IsBackground = true, Priority = ThreadPriority.Highest };
        pacer.Start();
        await Task.WhenAll(senders);
        double took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        foreach (Connection connection in connections)
            connection.Dispose();
        Array.Sort(latencies);
        return new LoadResult(count - failed, failed, took, latencies);

        async Task SendAsync(Connection connection)
        {
            while (await due.Reader.WaitToReadAsync())
            {
                while (due.Reader.TryRead(out (int Index, long Due) next))
                {
                    if (await connection.AskAsync(requests[next.Index % requests.Length]) != 200)
                        Interlocked.Increment(ref failed);
                    latencies[next.Index] = Stopwatch.GetElapsedTime(next.Due).TotalMilliseconds;
                }
            }
        }
    }

    private static void Pace(ChannelWriter<(int, long)> writer, int count, double rate, long start)
    {
        for (int i = 0; i < count; i++)
        {
            long due = start + (long)(i / rate * Stopwatch.Frequency);
            while (due - Stopwatch.GetTimestamp() is > 0 and var left)
            {
                // Thread.Sleep knows whole milliseconds only.
                var pause = new TimeSpec(0, left * 1_000_000_000 / Stopwatch.Frequency);
                _ = NanoSleep(in pause, IntPtr.Zero);
            }
            writer.TryWrite((i, due));
        }
        writer.Complete();
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in TimeSpec duration, IntPtr remaining);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec(long seconds, long nanoseconds)
    {
        private readonly long _seconds = seconds;
        private readonly long _nanoseconds = nanoseconds;
    }
}
