using System.Diagnostics;

namespace DaprHep.Production.Tests;

/// <summary>A program run to its end.</summary>
internal static class Command
{

    public sealed record Result(int ExitCode, string Output, string Error);

    /// <summary>Runs a program in the repository's folder, with variables beside those of the tests.</summary>
    public static async Task<Result> RunAsync(IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        using Process process = Start(environment, program, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience.Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
        return new Result(process.ExitCode, await output, await error);
    }

    /// <summary>Starts a program; its output is there to be read.</summary>
    public static Process Start(IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
