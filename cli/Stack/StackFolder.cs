using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace DaprHep.Cli.Stack;

/// <summary>A process of a stack, told from a later one of the same number by its start.</summary>
internal sealed record StackMember(string Name, int Process, DateTime Started)
{
    // Both times are computed from the machine's boot, which is not known exactly.
    private static readonly TimeSpan Same = TimeSpan.FromSeconds(2);

    /// <summary>The process if it still runs; else null.</summary>
    public Process? Find()
    {
        try
        {
            Process found = System.Diagnostics.Process.GetProcessById(Process);
            if ((found.StartTime.ToUniversalTime() - Started).Duration() < Same)
                return found;
            found.Dispose();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended.
        }
        return null;
    }

    /// <summary>Of a process that runs.</summary>
    public static StackMember Of(string name, Process process)
    {
        try
        {
            return new StackMember(name, process.Id, process.StartTime.ToUniversalTime());
        }
        catch (InvalidOperationException)
        {
            // It has ended already, so there is nothing to find.
            return new StackMember(name, process.Id, DateTime.UnixEpoch);
        }
    }
}

/// <summary>What a stack's folder tells of the stack that runs on it.</summary>
/// <param name="Up">The process of <c>daprhep up</c>.</param>
/// <param name="Gateway">Address of the gateway; null until all is ready.</param>
/// <param name="Members">All processes it started.</param>
internal sealed record StackRecord(StackMember Up, string? Gateway, IReadOnlyList<StackMember> Members);

/// <summary>
/// The data folder of a stack, held by one <c>daprhep up</c> at a time with a lock of the operating system, which ends with its process
/// however that ends. <c>stack.json</c> beside it tells other terminals what runs, and the next <c>up</c> what a killed one left running.
/// </summary>
internal sealed class StackFolder : IDisposable
{
    private const string LockName = "stack.lock";
    private const string RecordName = "stack.json";
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);
    private readonly FileStream _lock;
    private StackRecord _record = new(StackMember.Of("up", Process.GetCurrentProcess()), null, []);

    private StackFolder(string path, FileStream held)
    {
        FullPath = path;
        _lock = held;
    }

    public string FullPath { get; }

    /// <summary>URL of the object store inside, of runs that name none.</summary>
    public string StoreUrl => new Uri(Path.Combine(FullPath, "store")).AbsoluteUri;

    /// <summary>Takes the folder, making it where it is missing.</summary>
    /// <exception cref="StackException">Another stack runs on it, or it can't be written.</exception>
    public static StackFolder Take(string path)
    {
        string full = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(full);
            File.WriteAllBytes(Path.Combine(full, "probe"), []);
            File.Delete(Path.Combine(full, "probe"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StackException($"--data {path}: can't be written ({e.Message}); give a folder you may write to");
        }
        if (Lock(full) is not { } held)
        {
            StackRecord? other = Read(full);
            string who = other is null ? "" : string.Create(CultureInfo.InvariantCulture, $" (process {other.Up.Process})");
            throw new StackException(
                $"--data {path}: another stack runs on it{who}; stop it with ./daprhep down --data {path}, or give another folder");
        }
        return new StackFolder(full, held);
    }

    /// <summary>Whether a stack runs on a folder.</summary>
    public static bool IsTaken(string path)
    {
        if (!File.Exists(Path.Combine(path, LockName)))
            return false;
        using FileStream? free = Lock(path);
        return free is null;
    }

    /// <summary>What the folder tells; null when it tells nothing.</summary>
    public static StackRecord? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<StackRecord>(File.ReadAllText(Path.Combine(path, RecordName)), JsonSerializerOptions.Web);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Ends what a killed <c>up</c> left running; how many processes that were.</summary>
    public static async Task<int> EndLeftoversAsync(string path)
    {
        int ended = 0;
        foreach (StackMember member in Read(path)?.Members ?? [])
        {
            using Process? left = member.Find();
            if (left is null)
                continue;
            await StackProcess.TerminateAsync(left, StopLimit);
            ended++;
        }
        File.Delete(Path.Combine(path, RecordName));
        return ended;
    }

    /// <summary>Notes a process that was started.</summary>
    public void Add(StackMember member) => Write(_record with { Members = [.. _record.Members, member] });

    /// <summary>Notes that all is ready.</summary>
    public void SetReady(Uri gateway) => Write(_record with { Gateway = gateway.ToString() });

    public void Dispose()
    {
        File.Delete(Path.Combine(FullPath, RecordName));
        _lock.Dispose();
    }

    private static FileStream? Lock(string path)
    {
        try
        {
            return new FileStream(Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private void Write(StackRecord record)
    {
        _record = record;
        string partial = Path.Combine(FullPath, RecordName + ".partial");
        File.WriteAllText(partial, JsonSerializer.Serialize(record, JsonSerializerOptions.Web));
        File.Move(partial, Path.Combine(FullPath, RecordName), overwrite: true);
    }
}
