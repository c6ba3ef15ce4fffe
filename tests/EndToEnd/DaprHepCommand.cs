using System.Diagnostics;

namespace DaprHep.EndToEnd.Tests;

/// <summary>The <c>daprhep</c> program as a process, as a user runs it.</summary>
internal static class DaprHepCommand
{
    public static readonly string Program = Path.Combine(Repository.Root, "artifacts", "bin", "DaprHep.Cli", "release", "daprhep.dll");

    public sealed record Result(int ExitCode, string Output, string Error);

    public static Task<Result> RunAsync(params string[] arguments) => RunAsync([], _ => Task.CompletedTask, arguments);

    /// <summary>Runs with environment variables besides those of the tests.</summary>
    public static Task<Result> RunAsync(Dictionary<string, string> environment, params string[] arguments) =>
        RunAsync(environment, _ => Task.CompletedTask, arguments);

    /// <summary>Runs to the end; <paramref name="meanwhile"/> gets the process while it runs.</summary>
    public static Task<Result> RunAsync(Func<Process, Task> meanwhile, params string[] arguments) => RunAsync([], meanwhile, arguments);

    /// <summary>Both.</summary>
    public static async Task<Result> RunAsync(Dictionary<string, string> environment, Func<Process, Task> meanwhile, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience.Limit);
        try
        {
            await meanwhile(process);
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
        return new Result(process.ExitCode, await output, await error);
    }
}
