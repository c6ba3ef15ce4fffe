using System.Diagnostics;
using DaprHep.Learning.Distributed;

namespace DaprHep.Learning.Tests.Distributed;

/// <summary>Ranks as processes of their own, which a test starts, stops and kills.</summary>
internal sealed class RankProcesses : IDisposable
{
    private readonly List<RankProcess> _ranks = [];

    /// <summary>Starts ranks that meet at a rendezvous.</summary>
    internal RankProcesses(int ranks, int port, bool keptByRank0, params string[] arguments)
    {
        for (var rank = 0; rank < ranks; rank++)
        {
            _ranks.Add(new RankProcess(
                new Rendezvous("127.0.0.1", port, rank, ranks, keptByRank0, Address: "127.0.0.1"), arguments));
        }
    }

    internal RankProcess this[int rank] => _ranks[rank];

    /// <summary>Every rank's exit code, when all have ended.</summary>
    internal async Task<int[]> EndAsync()
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        return await Task.WhenAll(_ranks.Select(rank => rank.ExitAsync(limit.Token)));
    }

    /// <summary>Waits until every rank has written a line.</summary>
    internal Task WrittenByAllAsync(string line) => WrittenAsync(line, _ranks);

    /// <summary>Waits until rank 0 has written a line that begins so.</summary>
    internal Task WrittenByRank0Async(string line) => WrittenAsync(line, [_ranks[0]]);

    private static async Task WrittenAsync(string start, List<RankProcess> ranks)
    {
        for (var waited = TimeSpan.Zero; !ranks.TrueForAll(Wrote); waited += TimeSpan.FromMilliseconds(50))
        {
            if (waited > Patience.Limit)
                throw new TimeoutException($"not all ranks wrote '{start}': {string.Join("; ", ranks.Select(rank => rank.ErrorText))}");
            await Task.Delay(50);
        }

        bool Wrote(RankProcess rank) => rank.Lines.Any(line => line.StartsWith(start, StringComparison.Ordinal));
    }

    /// <summary>Ends what still runs.</summary>
    public void Dispose() => _ranks.ForEach(rank => rank.Dispose());

    /// <summary>One of them.</summary>
    internal sealed class RankProcess : IDisposable
    {
        private readonly Process _process;
        private readonly List<string> _lines = [];
        private readonly List<string> _errors = [];

        internal RankProcess(Rendezvous rendezvous, string[] arguments)
        {
            var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            foreach (var (name, value) in rendezvous.ToEnvironment())
                start.Environment[name] = value;
            _process = Process.Start(start)!;
            _process.OutputDataReceived += (_, e) => Keep(_lines, e.Data);
            _process.ErrorDataReceived += (_, e) => Keep(_errors, e.Data);
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }

        /// <summary>Of its output.</summary>
        internal IReadOnlyList<string> Lines => Copy(_lines);

        /// <summary>All of its error output.</summary>
        internal string ErrorText => string.Join('\n', Copy(_errors));

        internal bool HasExited => _process.HasExited;

        internal int Id => _process.Id;

        /// <summary>SIGKILL: nothing in the process gets to run any more.</summary>
        internal void Kill() => _process.Kill();

        /// <summary>SIGSTOP: its connections stay open, and it does nothing.</summary>
        internal void Stop()
        {
            using var kill = Process.Start("kill", ["-STOP", $"{Id}"]);
            kill.WaitForExit();
            kill.ExitCode.ShouldBe(0);
        }

        internal async Task<int> ExitAsync(CancellationToken limit)
        {
            await _process.WaitForExitAsync(limit);
            return _process.ExitCode;
        }

        /// <summary>Ends it.</summary>
        public void Dispose()
        {
            if (!_process.HasExited)
                _process.Kill();
            _process.Dispose();
        }

        // …/bin/<this project>/<configuration>/ lies beside …/bin/<other project>/<configuration>/.
        internal static string Program
        {
            get
            {
                var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
                return Path.Combine(own.Parent!.Parent!.FullName, "DaprHep.RankProgram", own.Name, "DaprHep.RankProgram.dll");
            }
        }

        private static void Keep(List<string> lines, string? line)
        {
            lock (lines)
            {
                if (line is not null)
                    lines.Add(line);
            }
        }

        private static List<string> Copy(List<string> lines)
        {
            lock (lines)
                return [.. lines];
        }
    }
}
