using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace DaprHep.Hosting;

/// <summary>
/// How much memory the data steps of a process may use, whatever the size of the data: <c>DAPRHEP_MEMORY</c>, for instance <c>512MB</c>;
/// half of what the machine or container has where nothing is said. Activities that run at the same time divide it.
/// </summary>
/// <param name="Bytes">The whole budget.</param>
public sealed record DataMemory(long Bytes)
{
    /// <summary>Name of the setting.</summary>
    public const string Setting = "DAPRHEP_MEMORY";

    /// <summary>The least budget: below it, the program itself does not fit.</summary>
    public const long Least = 256_000_000;

    // What the program takes without any data.
    private const long Program = 160_000_000;

    private static readonly (string Unit, long Bytes)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1),
    ];

    /// <summary>The budget of a process.</summary>
    /// <param name="configuration">Where <see cref="Setting"/> is looked for.</param>
    /// <exception cref="BadInputException">The setting is no amount of memory, or too small.</exception>
    public static DataMemory From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration[Setting] is { Length: > 0 } text
            ? Parse(Setting, text)
            : new DataMemory(Math.Max(Least, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2));
    }

    /// <summary>Reads an amount such as <c>512MB</c>, <c>2GiB</c> or a number of bytes.</summary>
    /// <param name="name">What to call it in an error.</param>
    /// <param name="text">The amount.</param>
    /// <exception cref="BadInputException">It is no amount of memory, or too small.</exception>
    public static DataMemory Parse(string name, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        (string unit, long factor) = Units.FirstOrDefault(u => trimmed.EndsWith(u.Unit, StringComparison.OrdinalIgnoreCase), ("", 1));
        ReadOnlySpan<char> number = trimmed.AsSpan(0, trimmed.Length - unit.Length).TrimEnd();
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double amount) || amount * factor >= long.MaxValue)
            throw new BadInputException($"{name}: expected an amount of memory such as 512MB or 2GiB, found '{text}'");
        long bytes = (long)(amount * factor);
        return bytes >= Least
            ? new DataMemory(bytes)
            : throw new BadInputException($"{name}: expected at least {Least / 1_000_000}MB, which the program itself needs, found '{text}'");
    }

    /// <summary>The most memory that this process has had at any time, in bytes.</summary>
    public static long PeakOfProcess
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>The budget of a run that asks for one of its own: that, but no more than this one.</summary>
    /// <param name="asked">Bytes; null where the run does not ask.</param>
    public DataMemory For(long? asked) => asked < Bytes ? new DataMemory(Math.Max(Least, asked.Value)) : this;

    /// <summary>The bytes of data that one of the activities running at the same time may hold.</summary>
    public long OfActivity => (Bytes - Program) / Environment.ProcessorCount;
}
