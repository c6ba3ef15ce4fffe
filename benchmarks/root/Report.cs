namespace DaprHep.Benchmarks.Root;

/// <summary>The tables.</summary>
internal static class Report
{
    public static void PrintOneCore(IReadOnlyList<Sample> samples)
    {
        Console.WriteLine($"{"",-10}{"files",6}{"events/s",10}{"MB/s comp.",11}{"MB/s raw",9} │{"I/O",6}{"inflate",9}{"decode",8}{"read µs/event",15} │{"read/inflate",13} │{"open",6}");
        foreach (var group in samples.GroupBy(s => s.Compression).OrderBy(g => g.Key, StringComparer.Ordinal))
            PrintRow(group.Key, [.. group]);
        PrintRow("all", samples);
        var events = samples.Sum(s => s.Events);
        Console.WriteLine($"read/inflate asked for: at most 1.6");
        Console.WriteLine($"allocated while reading: {(double)samples.Sum(s => s.Allocated) / events:F1} bytes an event; asked for: fewer than 100");
    }

    public static void PrintJsroot(IReadOnlyList<Sample> samples)
    {
        Console.WriteLine($"\n{"",-10}{"ours ev/s",12}{"jsroot ev/s",13}{"ratio",8}");
        foreach (var group in samples.GroupBy(s => s.Compression).OrderBy(g => g.Key, StringComparer.Ordinal).Append(samples.GroupBy(_ => "all").Single()))
        {
            double events = group.Sum(s => s.Events), ours = group.Sum(s => s.Read), theirs = group.Sum(s => s.Jsroot);
            Console.WriteLine($"{group.Key,-10}{events / ours,12:N0}{events / theirs,13:N0}{theirs / ours,8:F1}");
        }
        Console.WriteLine("asked for: at least 3");
    }

    public static void PrintThreads(IReadOnlyList<Sample> samples)
    {
        double events = samples.Sum(s => s.Events), one = samples.Sum(s => s.ByThreads[0]), two = samples.Sum(s => s.ByThreads[1]);
        Console.WriteLine($"\none thread {events / one:N0} events/s, two threads {events / two:N0} events/s: {one / two:F2} ×; asked for: at least 1.8");
    }

    private static void PrintRow(string name, IReadOnlyList<Sample> samples)
    {
        double events = samples.Sum(s => s.Events), read = samples.Sum(s => s.Read), inflate = samples.Sum(s => s.Inflate), input = samples.Sum(s => s.Input);
        var micro = 1e6 / events;
        Console.WriteLine(
            $"{name,-10}{samples.Count,6}{events / read,10:N0}{samples.Sum(s => s.CompressedBytes) / read / 1e6,11:F0}{samples.Sum(s => s.RawBytes) / read / 1e6,9:F0} │"
            + $"{input * micro,6:F2}{inflate * micro,9:F2}{(read - input - inflate) * micro,8:F2}{read * micro,15:F2} │{read / inflate,13:F2} │{samples.Sum(s => s.Open) * micro,6:F2}");
    }
}
