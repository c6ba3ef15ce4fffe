using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DaprHep.Learning.Distributed;

/// <summary>One rank that runs as a process of this machine.</summary>
internal sealed partial class LocalRank : IDisposable
{
    private const int KeptLines = 20, KeptLength = 1000, TerminateSignal = 15;

    private readonly Process _process;
    private readonly Queue<string> _errors = new();

    /// <summary>Starts it.</summary>
    /// <param name="place">Which rank it is, and where all meet.</param>
    /// <param name="command">Program and arguments.</param>
    /// <param name="output">Given each line that it writes.</param>
    internal LocalRank(Rendezvous place, IReadOnlyList<string> command, Action<string>? output)
    {
        Number = place.Rank;
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in place.ToEnvironment())
            start.Environment[name] = value;
        // What c10d logs about broken connections says less than the errors it reports.
        start.Environment["GLOG_minloglevel"] = "3";
        start.Environment["TORCH_CPP_LOG_LEVEL"] = "FATAL";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not null)
                output?.Invoke(line.Data);
        };
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Ended = EndAsync();
    }

    internal int Number { get; }

    /// <summary>Completed when it has ended and all it wrote has been read.</summary>
    internal Task<LocalRank> Ended { get; }

    internal int ExitCode => _process.ExitCode;

    /// <summary>Whether it ended because the launcher wanted it to.</summary>
    internal bool WasKilledHere { get; private set; }

    /// <summary>The last lines of its error output.</summary>
    internal string Errors
    {
        get
        {
            lock (_errors)
                return string.Join('\n', _errors);
        }
    }

    internal void Kill()
    {
        if (_process.HasExited)
            return;
        WasKilledHere = true;
        _process.Kill(entireProcessTree: true);
    }

    /// <summary>Asks it to end (SIGTERM).</summary>
    internal void Terminate()
    {
        if (_process.HasExited)
            return;
        _ = Signal(_process.Id, TerminateSignal);
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);

    private async Task<LocalRank> EndAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        return this;
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_errors)
        {
            _errors.Enqueue(line.Length > KeptLength ? line[..KeptLength] + " …" : line);
            if (_errors.Count > KeptLines)
                _errors.Dequeue();
        }
    }
}
