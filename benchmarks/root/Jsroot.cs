using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DaprHep.Physics;

namespace DaprHep.Benchmarks.Root;

/// <summary>jsroot in Node.js on the same branches and files, on the same core.</summary>
internal sealed class Jsroot
{
    private readonly string _folder;
    private readonly int _core;

    private Jsroot(string folder, int core)
    {
        _folder = folder;
        _core = core;
    }

    /// <summary>Installs the package where it is not; null, with a line that says why, where it cannot be had.</summary>
    public static Jsroot? Prepare(string folder, int core)
    {
        try
        {
            var isInstalled = Directory.Exists(Path.Combine(folder, "node_modules", "jsroot"));
            if (!isInstalled && Run("npm", folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund").Code != 0)
            {
                Console.WriteLine($"no jsroot: `npm ci` in {folder} failed; run it by hand to see why");
                return null;
            }
            return new Jsroot(folder, core);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Console.WriteLine($"no jsroot: {e.Message}; install nodejs and npm for the comparison");
            return null;
        }
    }

    /// <summary>Goes through all files several times in one process, so that the just-in-time compiler has seen the code.</summary>
    public void Measure(IReadOnlyList<Sample> samples, int passes)
    {
        var byPath = samples.ToDictionary(s => s.Path);
        var (code, output) = Run(
            "taskset",
            _folder,
            "-c",
            _core.ToString(CultureInfo.InvariantCulture),
            "node",
            "read.mjs",
            passes.ToString(CultureInfo.InvariantCulture),
            DelphesBranches.Tree,
            JsonSerializer.Serialize(DelphesBranches.All),
            JsonSerializer.Serialize(byPath.Keys));
        if (code != 0)
            throw new InvalidOperationException($"jsroot ended with exit code {code}");
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var result = JsonDocument.Parse(line);
            var sample = byPath[result.RootElement.GetProperty("path").GetString()!];
            var values = result.RootElement.GetProperty("values").GetInt64();
            if (values != sample.Values)
                throw new InvalidOperationException($"{sample.Path}: {sample.Values} values, but {values} through jsroot");
            sample.TakeJsroot(result.RootElement.GetProperty("seconds").GetDouble());
        }
    }

    private static (int Code, string Output) Run(string program, string folder, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
