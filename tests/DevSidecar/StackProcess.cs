using System.Diagnostics;

namespace DaprHep.DevSidecar.Tests;

/// <summary>One process of a local stack that a test starts, kills and starts again.</summary>
internal sealed class StackProcess(string assembly, string[] arguments, Dictionary<string, string> environment) : IDisposable
{
    private Process? _process;

    /// <summary>What it has written to its output and error.</summary>
    public List<string> Output { get; } = [];

    public void Start()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(PathOf(assembly));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Keep(e.Data);
        _process.ErrorDataReceived += (_, e) => Keep(e.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>SIGKILL: nothing in the process gets to run any more.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Fails with what the process said if it has ended by itself.</summary>
    public void ShouldRun()
    {
        if (!_process!.HasExited)
            return;
        _process.WaitForExit();
        lock (Output)
            throw new InvalidOperationException($"{assembly} ended with {_process.ExitCode}:\n{string.Join('\n', Output)}");
    }

    public async Task<int> WaitForExitAsync()
    {
        await _process!.WaitForExitAsync();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (_process is not null)
            Kill();
    }

    // …/bin/<this project>/<configuration>/ lies beside …/bin/<other project>/<configuration>/.
    private static string PathOf(string assembly)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, assembly, own.Name, assembly + ".dll");
    }

    private void Keep(string? line)
    {
        lock (Output)
        {
            if (line is not null)
                Output.Add(line);
        }
    }
}
