using System.Diagnostics;

namespace DaprHep.Benchmarks.Serving.Load;

/// <summary>As many requests as a server answers: every connection sends the next when it has the answer to the last.</summary>
internal static class SaturatingLoad
{
    /// <summary>Sends requests.</summary>
    /// <param name="server">The server.</param>
    /// <param name="requests">What to send, in turn.</param>
    /// <param name="connections">How many at a time.</param>
    /// <param name="seconds">For how long.</param>
    public static async Task<LoadResult> RunAsync(Uri server, byte[][] requests, int connections, double seconds)
    {
        long answered = 0, failed = 0, start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(AskAsync));
        return new LoadResult(answered, failed, Stopwatch.GetElapsedTime(start).TotalSeconds, []);

        async Task AskAsync(int first)
        {
            using Connection connection = await Connection.OpenAsync(server);
            for (int i = first; Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; i++)
            {
                if (await connection.AskAsync(requests[i % requests.Length]) == 200)
                    Interlocked.Increment(ref answered);
                else
                    Interlocked.Increment(ref failed);
            }
        }
    }
}
