using System.Diagnostics;

namespace DaprHep.Benchmarks.Serving.Load;

/// <summary>As many requests as a server answers: every connection sends the next when it has the answer to the last.</summary>
internal static class SaturatingLoad
{
    private const long LongestWait = 100_000_000;

    /// <summary>Sends requests.</summary>
    /// <param name="server">The server.</param>
    /// <param name="requests">What to send, in turn.</param>
    /// <param name="connections">How many at a time.</param>
    /// <param name="seconds">For how long.</param>
    public static Task<LoadResult> RunAsync(Uri server, byte[][] requests, int connections, double seconds) => Task.Factory.StartNew(
        () => Run(server, requests, connections, seconds),
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static LoadResult Run(Uri server, byte[][] requests, int count, double seconds)
    {
        using var epoll = new Epoll();
        Connection[] connections = [.. Enumerable.Range(0, count).Select(i => new Connection(server, epoll, i))];
        int[] ready = new int[count];
        (int sent, long answered, long failed) = (0, 0, 0);
        var clock = ProcessorClock.Start();
        long start = Stopwatch.GetTimestamp(), end = start + (long)(seconds * Stopwatch.Frequency);
        foreach (Connection connection in connections)
            connection.Ask(sent, requests[sent++ % requests.Length]);
        while (Stopwatch.GetTimestamp() < end)
        {
            int some = epoll.Wait(ready, LongestWait);
            for (int i = 0; i < some; i++)
            {
                Connection connection = connections[ready[i]];
                int status = connection.Continue();
                if (status == 0)
                    continue;
                if (status == 200)
                    answered++;
                else
                    failed++;
                connection.Ask(sent, requests[sent++ % requests.Length]);
            }
        }
        var result = new LoadResult(answered, failed, Stopwatch.GetElapsedTime(start).TotalSeconds, clock.Seconds, []);
        foreach (Connection connection in connections)
            connection.Dispose();
        return result;
    }
}
