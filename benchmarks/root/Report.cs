namespace DaprHep.Benchmarks.Root;

/// <summary>The tables.</summary>
internal static class Report
{
    public static void PrintOneCore(IReadOnlyList<Sample> samples)
    {
        Console.WriteLine($"{"",-6}{"",6}{"",10} │{"MB/s of baskets",16} │{"µs an event",36} │{"",13}");
        Console.WriteLine(
            $"{"",-6}{"files",6}{"events/s",10} │{"in file",8}{"raw",8} │"
            + $"{"open",6}{"I/O",6}{"inflate",9}{"decode",8}{"read",7} │{"read/inflate",13}");
        foreach (var group in ByCompression(samples))
            PrintRow(group.Key, [.. group]);
        Console.WriteLine("read = I/O + inflate + decode; read/inflate asked for: at most 1.6");
        var allocated = (double)samples.Sum(s => s.Allocated) / samples.Sum(s => s.Events);
        Console.WriteLine($"allocated while reading: {allocated:F1} bytes an event; asked for: fewer than 100");
    }

    public static void PrintJsroot(IReadOnlyList<Sample> samples)
    {
        Console.WriteLine($"\n{"events/s",-6}{"ours",12}{"jsroot",12}{"ratio",8}");
        foreach (var group in ByCompression(samples))
        {
            double events = group.Sum(s => s.Events), ours = group.Sum(s => s.Read), theirs = group.Sum(s => s.Jsroot);
            Console.WriteLine($"{group.Key,-8}{events / ours,12:N0}{events / theirs,12:N0}{theirs / ours,8:F1}");
        }
        Console.WriteLine("ratio asked for: at least 3");
    }

    /// <param name="samples">The files.</param>
    /// <param name="machine">What a second thread gains at best in the same run.</param>
    public static void PrintThreads(IReadOnlyList<Sample> samples, double machine)
    {
        double events = samples.Sum(s => s.Events), one = samples.Sum(s => s.ByThreads[0]), two = samples.Sum(s => s.ByThreads[1]);
        Console.WriteLine(
            $"\none thread {events / one:N0} events/s, two threads {events / two:N0} events/s: {one / two:F2} ×; asked for: at least 1.8");
        Console.WriteLine($"pure arithmetic on two threads in the same run: {machine:F2} × (2 where both cores are free)");
    }

    private static IEnumerable<IGrouping<string, Sample>> ByCompression(IReadOnlyList<Sample> samples) =>
        samples.GroupBy(s => s.Compression).OrderBy(g => g.Key, StringComparer.Ordinal).Append(samples.GroupBy(_ => "all").Single());

    private static void PrintRow(string name, List<Sample> samples)
    {
        double read = samples.Sum(s => s.Read), inflate = samples.Sum(s => s.Inflate), input = samples.Sum(s => s.Input);
        double events = samples.Sum(s => s.Events), open = samples.Sum(s => s.Open);
        var perEvent = 1e6 / events;
        var perMegabyte = 1e-6 / read;
        Console.WriteLine(
            $"{name,-6}{samples.Count,6}{events / read,10:N0} │"
            + $"{samples.Sum(s => s.CompressedBytes) * perMegabyte,8:F0}{samples.Sum(s => s.RawBytes) * perMegabyte,8:F0} │"
            + $"{open * perEvent,6:F2}{input * perEvent,6:F2}{inflate * perEvent,9:F2}{(read - input - inflate) * perEvent,8:F2}"
            + $"{read * perEvent,7:F2} │{read / inflate,13:F2}");
    }
}
