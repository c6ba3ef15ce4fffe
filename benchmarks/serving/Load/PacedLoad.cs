using System.Diagnostics;

namespace DaprHep.Benchmarks.Serving.Load;

/// <summary>
/// Requests at a steady rate, whether the server keeps up or not. A latency is counted from the moment at which its request was due, so
/// that a server that stands still makes all the requests late that it keeps waiting.
/// </summary>
internal static class PacedLoad
{
    private const int Connections = 64;
    private const long LongestWait = 100_000_000;

    /// <summary>Sends requests.</summary>
    /// <param name="server">The server.</param>
    /// <param name="requests">What to send, in turn.</param>
    /// <param name="rate">Requests a second.</param>
    /// <param name="seconds">For how long.</param>
    public static Task<LoadResult> RunAsync(Uri server, byte[][] requests, double rate, double seconds) => Task.Factory.StartNew(
        () => Run(server, requests, rate, (int)(rate * seconds)),
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static LoadResult Run(Uri server, byte[][] requests, double rate, int count)
    {
        using var epoll = new Epoll();
        Connection[] connections = [.. Enumerable.Range(0, Connections).Select(i => new Connection(server, epoll, i))];
        var idle = new Stack<Connection>(connections);
        var milliseconds = new double[count];
        int[] ready = new int[Connections];
        (int sent, int answered, int failed) = (0, 0, 0);
        var clock = ProcessorClock.Start();
        long start = Stopwatch.GetTimestamp();
        while (answered < count)
        {
            while (sent < count && idle.Count > 0 && Due(sent) <= Stopwatch.GetTimestamp())
                idle.Pop().Ask(sent, requests[sent++ % requests.Length]);
            long wait = sent < count && idle.Count > 0 ? Nanoseconds(Due(sent) - Stopwatch.GetTimestamp()) : LongestWait;
            int some = epoll.Wait(ready, Math.Clamp(wait, 0, LongestWait));
            for (int i = 0; i < some; i++)
            {
                Connection connection = connections[ready[i]];
                int request = connection.Request, status = connection.Continue();
                if (status == 0)
                    continue;
                milliseconds[request] = Stopwatch.GetElapsedTime(Due(request)).TotalMilliseconds;
                failed += status == 200 ? 0 : 1;
                answered++;
                idle.Push(connection);
            }
        }
        double took = Stopwatch.GetElapsedTime(start).TotalSeconds, processor = clock.Seconds;
        foreach (Connection connection in connections)
            connection.Dispose();
        Array.Sort(milliseconds);
        return new LoadResult(count - failed, failed, took, processor, milliseconds);

        long Due(int request) => start + (long)(request / rate * Stopwatch.Frequency);

        static long Nanoseconds(long ticks) => ticks * (1_000_000_000 / Stopwatch.Frequency);
    }
}
