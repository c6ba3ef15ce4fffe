using System.Globalization;
using DaprHep.Benchmarks;
using DaprHep.Benchmarks.Serving;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Options options;
try
{
    options = Options.Parse(args);
}
catch (FormatException e)
{
    Console.Error.WriteLine($"{e.Message}\n\n{Options.Usage}");
    return 2;
}

int seconds = options.Seconds ?? 8;
foreach (string job in options.Jobs)
{
    switch (job)
    {
        case "kernels" or "bulk" when !PinnedProcess.IsThis:
            int code = PinnedProcess.Run([job, "--seconds", $"{seconds}"], options.Core);
            if (code != 0)
                return code;
            break;
        case "kernels": KernelTable.Run(seconds); break;
        case "bulk": BulkTable.Run(seconds); break;
        case "hlf": await HttpTable.RunAsync("hlf", RawEvents.Draw(256), rate: 2000, seconds); break;
        case "inclusive":
            await HttpTable.RunAsync("inclusive", RawEvents.OfLengths([.. Enumerable.Repeat(120, 64)]), rate: 500, seconds);
            break;
        case "arrow": await ArrowTable.RunAsync(seconds); break;
        case "swap": await SwapRun.RunAsync(rate: 1000, seconds); break;
        case "memory": await MemoryRun.RunAsync("inclusive", rate: 200, options.Seconds ?? 240); break;
    }
    Console.WriteLine();
}
return 0;
