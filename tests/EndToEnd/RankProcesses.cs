using System.Diagnostics;
using System.Globalization;

namespace DaprHep.EndToEnd.Tests;

/// <summary>The processes that train together, found by their command lines.</summary>
internal static class RankProcesses
{

    /// <summary>Those that train with a word, such as a folder, in their command line.</summary>
    public static async Task<IReadOnlyList<int>> FindAsync(string word)
    {
        var found = new List<int>();
        foreach (string process in Directory.GetDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            string text = await CommandLineAsync(process);
            if (text.Contains("\0rank\0", StringComparison.Ordinal) && text.Contains(word, StringComparison.Ordinal))
                found.Add(int.Parse(Path.GetFileName(process), CultureInfo.InvariantCulture));
        }
        return found;
    }

    /// <summary>Kills one as soon as there is a checkpoint below a folder.</summary>
    public static async Task KillAfterCheckpointAsync(string checkpoints, string word)
    {
        await WaitForCheckpointAsync(checkpoints);
        using Process rank = Process.GetProcessById((await FindAsync(word))[^1]);
        rank.Kill();
    }

    /// <summary>Waits for a checkpoint below a folder.</summary>
    public static async Task WaitForCheckpointAsync(string checkpoints)
    {
        long started = Stopwatch.GetTimestamp();
        while (!Directory.Exists(checkpoints) || Directory.GetFiles(checkpoints, "checkpoint-*.json", SearchOption.AllDirectories).Length == 0)
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Patience.Limit);
            await Task.Delay(2);
        }
    }

    /// <summary>Waits until none trains with a word in its command line.</summary>
    public static async Task WaitForNoneAsync(string word)
    {
        long started = Stopwatch.GetTimestamp();
        while ((await FindAsync(word)).Count > 0)
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Patience.Limit);
            await Task.Delay(50);
        }
    }

    private static async Task<string> CommandLineAsync(string process)
    {
        try
        {
            return await File.ReadAllTextAsync(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
    }
}
