using System.Diagnostics;
using System.Globalization;

namespace DaprHep.Tests;

/// <summary>How long tests wait, on a machine that others may keep busy.</summary>
internal static class Patience
{
    private const string CpuPressure = "/proc/pressure/cpu";

    /// <summary>After this, what a test waits for does not come. What must come soon is measured with <see cref="Undisturbed"/>.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>
    /// A clock that stands still while anything on the machine waits for a core (Linux's pressure stall information; where there is none, any
    /// clock): what it says has passed is what the work itself took, at most.
    /// </summary>
    public static TimeSpan Undisturbed => Stopwatch.GetElapsedTime(0) - Stalled();

    private static TimeSpan Stalled()
    {
        if (!File.Exists(CpuPressure))
            return TimeSpan.Zero;
        string total = File.ReadLines(CpuPressure).First().Split("total=")[1];
        return TimeSpan.FromMicroseconds(long.Parse(total, CultureInfo.InvariantCulture));
    }
}
