namespace DaprHep.Root.Tests.Fuzzing;

/// <summary>Reads all of a damaged file and tells whether the reader kept its promises.</summary>
internal static class FuzzCase
{
    private const long MemoryLimit = 256 << 20;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(1);

    /// <summary>Damages the seed by the number and reads it.</summary>
    /// <returns>What went wrong; null if the file was read or refused with a <see cref="RootException"/>, in time and memory.</returns>
    public static string? Run(byte[] seed, int number, int branches)
    {
        var bytes = Mutation.Apply(seed, number);
        var memory = GC.GetAllocatedBytesForCurrentThread();
        var start = ThreadClock.Now;
        try
        {
            using var file = RootFile.Open(new ArrayByteSource($"case {number}", bytes));
            foreach (var key in file.Keys.Where(k => k.IsTree))
                ReadTree(file, key, new Random(number), branches);
        }
        catch (RootException)
        {
        }
        catch (Exception e)
        {
            return e.ToString();
        }
        var time = ThreadClock.Now - start;
        if (time > TimeLimit)
            return $"took {time}";
        memory = GC.GetAllocatedBytesForCurrentThread() - memory;
        return memory > MemoryLimit ? $"allocated {memory >> 20} MiB" : null;
    }

    private static void ReadTree(RootFile file, RootKey key, Random random, int branches)
    {
        try
        {
            var all = file.Tree(key).AllBranches.ToList();
            var share = (double)branches / Math.Max(1, all.Count);
            foreach (var branch in all.Where(_ => random.NextDouble() < share))
                ReadBranch(branch);
        }
        catch (RootException)
        {
        }
    }

    private static void ReadBranch(RootBranch branch)
    {
        try
        {
            using var reader = branch.ReadValues();
            while (reader.Next())
            {
            }
        }
        catch (RootException)
        {
        }
    }
}
