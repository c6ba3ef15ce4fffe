using System.Diagnostics;
using DaprHep.Physics;
using DaprHep.Root;
using DaprHep.Root.Tests.Fuzzing;

namespace DaprHep.Benchmarks.Root;

/// <summary>
/// Ways to go once through the pipeline's branches of a file. Times are those of the processor, so that other work does not count.
/// </summary>
internal static class Passes
{
    private static readonly string[] Branches = [.. DelphesBranches.All];
    private static byte[] _records = [];
    private static byte[] _inflated = [];

    /// <summary>Header, directory, streamer info and tree: what comes before the first basket.</summary>
    public static void Open(Sample sample)
    {
        var start = ThreadClock.Now;
        using var file = RootFile.Open(sample.Path);
        using var reader = file.Tree(DelphesBranches.Tree).Reader(Branches);
        sample.TakeOpen((ThreadClock.Now - start).TotalSeconds);
    }

    /// <summary>Our reader: values and offsets of every branch.</summary>
    public static void Read(Sample sample)
    {
        long values = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var start = ThreadClock.Now;
        using (var reader = sample.Tree.Reader(Branches))
        {
            while (reader.Next())
            {
                for (var i = 0; i < Branches.Length; i++)
                    values += CountOf(reader, i, sample.Branches[i]);
            }
        }
        sample.TakeRead((ThreadClock.Now - start).TotalSeconds);
        sample.Allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        sample.Values = values;
    }

    /// <summary>The same baskets with nothing done but to read their bytes, and then to inflate them with the same libraries.</summary>
    public static void InputAndInflate(Sample sample)
    {
        var baskets = sample.Branches.SelectMany(b => b.Baskets).ToList();
        Reserve(ref _records, baskets.Sum(b => b.Bytes));
        var source = sample.File.Source;
        var start = ThreadClock.Now;
        var at = 0;
        foreach (var basket in baskets)
        {
            source.Read(basket.Seek, _records.AsSpan(at, basket.Bytes));
            at += basket.Bytes;
        }
        sample.TakeInput((ThreadClock.Now - start).TotalSeconds);

        var payloads = PayloadsOf(baskets);
        Reserve(ref _inflated, payloads.Max(p => p.Raw));
        var where = new RecordLocation(sample.Path, "basket");
        start = ThreadClock.Now;
        foreach (var (offset, bytes, raw) in payloads)
        {
            if (bytes != raw)
                CompressedRecord.Inflate(_records.AsSpan(offset, bytes), _inflated.AsSpan(0, raw), where);
        }
        sample.TakeInflate((ThreadClock.Now - start).TotalSeconds);
    }

    /// <summary>Our reader with one thread or two, by the clock on the wall.</summary>
    public static void ReadWithThreads(Sample sample, int threads)
    {
        var options = new TreeReaderOptions { Threads = threads };
        var start = Stopwatch.GetTimestamp();
        using (var reader = sample.Tree.Reader(Branches, options))
        {
            while (reader.Next())
            {
            }
        }
        ref var best = ref sample.ByThreads[threads - 1];
        best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static int CountOf(TreeReader reader, int index, RootBranch branch) => branch.NumberType switch
    {
        DataType.Float32 => reader.Column<float>(index).Values.Length,
        DataType.UInt32 => reader.Column<uint>(index).Values.Length,
        _ => reader.Column<int>(index).Values.Length,
    };

    private static List<(int Offset, int Bytes, int Raw)> PayloadsOf(List<BasketLocation> baskets)
    {
        var payloads = new List<(int, int, int)>();
        var at = 0;
        foreach (var basket in baskets)
        {
            var cursor = new RootCursor(_records.AsSpan(at, basket.Bytes), new RecordLocation("", "basket"), 0);
            var key = KeyHeader.Skip(ref cursor);
            payloads.Add((at + key.KeyLength, key.Bytes - key.KeyLength, key.ObjectLength));
            at += basket.Bytes;
        }
        return payloads;
    }

    private static void Reserve(ref byte[] buffer, int bytes)
    {
        if (buffer.Length < bytes)
            buffer = new byte[bytes];
    }
}
