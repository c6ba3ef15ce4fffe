using System.Runtime.InteropServices;
using DaprHep.Cli.Stack;

namespace DaprHep.Cli.Doctor;

/// <summary>What the machine must have: .NET, native libraries, room on the disk; and what it may have: Dapr.</summary>
internal static class MachineChecks
{
    private const int RuntimeMajor = 10;
    private const long LeastBytes = 2L << 30;

    // As the libraries' users name them; each with the Debian package that has it.
    private static readonly (string Library, string Package, string For)[] Libraries =
    [
        ("libdeflate.so.0", "libdeflate0", "ROOT files compressed with ZLIB"),
        ("liblz4.so.1", "liblz4-1", "ROOT files compressed with LZ4"),
        ("libzstd.so.1", "libzstd1", "ROOT files compressed with ZSTD"),
        ("liblzma.so.5", "liblzma5", "ROOT files compressed with LZMA"),
        ("libxgboost.so.0", "libxgboost0", "boosted trees"),
        ("libdaprhep_torch.so", "libtorch-dev", "neural networks; it is built beside the program and needs libtorch"),
    ];

    private static readonly string[] DaprPrograms = ["daprd", "placement", "scheduler"];

    public static IEnumerable<Finding> All(string data)
    {
        yield return Runtime();
        foreach ((string library, string package, string use) in Libraries)
            yield return Library(library, package, use);
        yield return Disk(data);
        yield return Daprd();
    }

    private static Finding Runtime() => Environment.Version.Major >= RuntimeMajor
        ? new Finding(".NET", Severity.Ok, $"runtime {Environment.Version}")
        : new Finding(".NET", Severity.Failed, $"runtime {Environment.Version}", $"install the .NET {RuntimeMajor} SDK");

    private static Finding Library(string library, string package, string use)
    {
        string beside = Path.Combine(AppContext.BaseDirectory, library);
        try
        {
            NativeLibrary.Free(NativeLibrary.Load(File.Exists(beside) ? beside : library));
            return new Finding(library, Severity.Ok, "loads");
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            string reason = e.Message.Split('\n')[0].Trim();
            return new Finding(library, Severity.Failed, $"can't be loaded, needed for {use}: {reason}", $"sudo apt-get install {package}");
        }
    }

    private static Finding Disk(string data)
    {
        string folder = Path.GetFullPath(data);
        while (!Directory.Exists(folder))
            folder = Path.GetDirectoryName(folder)!;
        long free = new DriveInfo(folder).AvailableFreeSpace;
        string found = $"{free / (double)(1L << 30):F1} GiB free at {folder}";
        return free >= LeastBytes
            ? new Finding("disk", Severity.Ok, found)
            : new Finding("disk", Severity.Failed, found, $"make room, at least {LeastBytes >> 30} GiB, or give another folder with --data");
    }

    private static Finding Daprd()
    {
        string[] missing = [.. DaprPrograms.Where(program => DaprdProcesses.Find(program) is null)];
        return missing switch
        {
            [] => new Finding("daprd", Severity.Ok, DaprdProcesses.Find("daprd")!),
            ["daprd", ..] => new Finding("daprd", Severity.Ok, "not installed; the development sidecar takes its place"),
            _ => new Finding("daprd", Severity.Warning, $"installed without {string.Join(" and ", missing)}",
                "dapr init, where --sidecar daprd is wanted"),
        };
    }
}
