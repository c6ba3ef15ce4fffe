using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using DaprHep.Tests;

namespace DaprHep.Benchmarks.Data;

/// <summary>apache-arrow in Node.js, pinned as this process is.</summary>
internal static class NodeArrow
{
    private static readonly string Folder = Path.Combine(Repository.Root, "benchmarks", "data", "js");

    /// <summary>Installs the package where it is not; false, after a line that says why, where it cannot be had.</summary>
    public static bool Prepare()
    {
        try
        {
            if (Directory.Exists(Path.Combine(Folder, "node_modules", "apache-arrow"))
                || Run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund").Code == 0)
                return true;
            Console.WriteLine($"no apache-arrow: `npm ci` in {Folder} failed; run it by hand to see why\n");
        }
        catch (Win32Exception e)
        {
            Console.WriteLine($"no apache-arrow: {e.Message}; install nodejs and npm for the comparison\n");
        }
        return false;
    }

    /// <summary>Sums every float32 of the files, after one time to warm up.</summary>
    public static (double Rate, double Sum) Scan(string[] files, int rounds)
    {
        (int code, string output) = Run("node", ["scan.mjs", rounds.ToString(CultureInfo.InvariantCulture), .. files]);
        string[] words = output.Split(' ');
        return code == 0
            ? (double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"node scan.mjs ended with {code}");
    }

    private static (int Code, string Output) Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
