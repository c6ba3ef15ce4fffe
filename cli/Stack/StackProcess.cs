using System.Diagnostics;
using System.Globalization;

namespace DaprHep.Cli.Stack;

/// <summary>One process of the stack. Its lines go to the stack's log.</summary>
internal sealed class StackProcess : IDisposable
{
    private readonly Process _process;

    private StackProcess(string name, Process process)
    {
        Name = name;
        _process = process;
        Exited = process.WaitForExitAsync(CancellationToken.None);
    }

    public string Name { get; }

    public int Id => _process.Id;

    /// <summary>Ends with the process.</summary>
    public Task Exited { get; }

    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a .NET program.</summary>
    /// <param name="name">Its name in the log.</param>
    /// <param name="program">Its assembly.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables beside those of this process.</param>
    /// <param name="log">Takes its lines.</param>
    /// <param name="line">Sees every line first and says whether it goes to the log.</param>
    public static StackProcess Start(
        string name,
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        StackLog log,
        Func<string, bool>? line = null)
    {
        string host = Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        var start = new ProcessStartInfo(host, [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach ((string key, string value) in environment)
            start.Environment[key] = value;
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += Take;
        process.ErrorDataReceived += Take;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new StackProcess(name, process);

        void Take(object sender, DataReceivedEventArgs data)
        {
            if (data.Data is null || line?.Invoke(data.Data) == false)
                return;
            log.Write(name, data.Data);
        }
    }

    /// <summary>Asks the process to stop (SIGTERM), and ends it when it has not after <paramref name="limit"/>.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        if (Exited.IsCompleted)
            return;
        using (Process kill = Process.Start("kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        if (await Task.WhenAny(Exited, Task.Delay(limit)) != Exited)
        {
            _process.Kill();
            await Exited;
        }
    }

    public void Dispose() => _process.Dispose();
}
