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

    /// <summary>How the stack's folder notes it.</summary>
    public StackMember Member => StackMember.Of(Name, _process);

    /// <summary>Ends with the process.</summary>
    public Task Exited { get; }

    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a .NET program.</summary>
    /// <param name="name">Its name in the log.</param>
    /// <param name="program">Its assembly.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables beside those of this process.</param>
    /// <param name="log">Takes its lines.</param>
    /// <param name="line">Sees every line.</param>
    public static StackProcess Start(
        string name,
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        StackLog log,
        Action<string>? line = null)
    {
        string host = Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        return StartProgram(name, host, [program, .. arguments], environment, log, line);
    }

    /// <summary>Starts a program of the operating system.</summary>
    public static StackProcess StartProgram(
        string name,
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        StackLog log,
        Action<string>? line = null)
    {
        var start = new ProcessStartInfo(program, arguments)
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
            if (data.Data is null)
                return;
            line?.Invoke(data.Data);
            log.Write(name, data.Data);
        }
    }

    /// <summary>Asks the process to stop (SIGTERM), and ends it when it has not after <paramref name="limit"/>.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        if (!Exited.IsCompleted)
            await TerminateAsync(_process, limit);
    }

    /// <summary>The same for any process.</summary>
    public static async Task TerminateAsync(Process process, TimeSpan limit)
    {
        using (Process kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        using var late = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    public void Dispose() => _process.Dispose();
}
