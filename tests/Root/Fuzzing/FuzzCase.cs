namespace DaprHep.Root.Tests.Fuzzing;

/// <summary>What became of one damaged file.</summary>
/// <param name="Failure">The broken promise; null if the file was read or refused with a <see cref="RootException"/>, in time and memory.</param>
/// <param name="Refusals">How often file, trees and branches were refused.</param>
/// <param name="Time">Processor time.</param>
/// <param name="Allocated">Bytes allocated on the way.</param>
internal readonly record struct FuzzResult(string? Failure, int Refusals, TimeSpan Time, long Allocated);

/// <summary>Reads all of a damaged file and tells whether the reader kept its promises.</summary>
internal sealed class FuzzCase
{
    /// <summary>Branches read of each tree, about, where many files are to be tried.</summary>
    public const int Branches = 12;

    private const long MemoryLimit = 256 << 20;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(1);
    private readonly int _number;
    private readonly int _branches;
    private int _refusals;

    private FuzzCase(int number, int branches)
    {
        _number = number;
        _branches = branches;
    }

    /// <summary>Damages the seed by the number and reads it.</summary>
    public static FuzzResult Run(byte[] seed, int number, int branches)
    {
        var damaged = new FuzzCase(number, branches);
        var bytes = Mutation.Apply(seed, number);
        string? failure = null;
        var memory = GC.GetAllocatedBytesForCurrentThread();
        var start = ThreadClock.Now;
        try
        {
            damaged.ReadFile(bytes);
        }
        catch (Exception e)
        {
            failure = e.ToString();
        }
        var time = ThreadClock.Now - start;
        memory = GC.GetAllocatedBytesForCurrentThread() - memory;
        failure ??= time > TimeLimit ? $"took {time}" : memory > MemoryLimit ? $"allocated {memory >> 20} MiB" : null;
        return new FuzzResult(failure, damaged._refusals, time, memory);
    }

    private void ReadFile(byte[] bytes) => Try(() =>
    {
        using var file = RootFile.Open(new ArrayByteSource($"case {_number}", bytes));
        foreach (var key in file.Keys.Where(k => k.IsTree))
            ReadTree(file, key, new Random(_number));
    });

    private void ReadTree(RootFile file, RootKey key, Random random) => Try(() =>
    {
        var all = file.Tree(key).AllBranches;
        var share = (double)_branches / Math.Max(1, all.Count);
        foreach (var branch in all.Where(_ => random.NextDouble() < share))
            ReadBranch(branch);
    });

    private void ReadBranch(RootBranch branch) => Try(() =>
    {
        using var reader = branch.ReadValues();
        while (reader.Next())
        {
        }
    });

    private void Try(Action read)
    {
        try
        {
            read();
        }
        catch (RootException)
        {
            _refusals++;
        }
    }
}
