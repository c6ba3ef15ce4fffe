using DaprHep.Physics;
using DaprHep.Root;

namespace DaprHep.Benchmarks.Root;

/// <summary>One file with its branches, and the best times of each way to go through them, in seconds.</summary>
internal sealed class Sample : IDisposable
{
    public Sample(string path)
    {
        Path = path;
        File = RootFile.Open(path);
        Tree = File.Tree(DelphesBranches.Tree);
        Branches = [.. DelphesBranches.All.Select(Tree.Find)];
        Compression = (Branches[0].CompressionSettings / 100) switch { 2 => "LZMA", 4 => "LZ4", 5 => "ZSTD", _ => "ZLIB" };
    }

    public string Path { get; }

    public RootFile File { get; }

    public RootTree Tree { get; }

    public IReadOnlyList<RootBranch> Branches { get; }

    public string Compression { get; }

    public long Events => Tree.Entries;

    public long CompressedBytes => Branches.Sum(b => b.CompressedBytes);

    public long RawBytes => Branches.Sum(b => b.RawBytes);

    /// <summary>Numbers in all branches, to see that two readers read the same.</summary>
    public long Values { get; set; }

    public double Open { get; private set; } = double.MaxValue;

    public double Input { get; private set; } = double.MaxValue;

    public double Inflate { get; private set; } = double.MaxValue;

    public double Read { get; private set; } = double.MaxValue;

    public double Jsroot { get; private set; } = double.MaxValue;

    /// <summary>Wall-clock seconds with one thread and with two.</summary>
    public double[] ByThreads { get; } = [double.MaxValue, double.MaxValue];

    /// <summary>Bytes allocated by the last pass while it read, opening not counted.</summary>
    public long Allocated { get; set; }

    public static List<Sample> OpenAll(string folder) =>
    [
        .. Directory.GetFiles(folder, "*.root", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => new Sample(path)),
    ];

    public void TakeOpen(double seconds) => Open = Math.Min(Open, seconds);

    public void TakeInput(double seconds) => Input = Math.Min(Input, seconds);

    public void TakeInflate(double seconds) => Inflate = Math.Min(Inflate, seconds);

    public void TakeRead(double seconds) => Read = Math.Min(Read, seconds);

    public void TakeJsroot(double seconds) => Jsroot = Math.Min(Jsroot, seconds);

    public void Dispose() => File.Dispose();
}
