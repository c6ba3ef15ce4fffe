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

Peers.AreLeftOut = options.Alone;
int seconds = options.Seconds ?? 8;
bool isReached = true;
foreach (string job in options.Jobs)
{
    switch (job)
    {
        case "kernels" or "bulk" when !PinnedProcess.IsThis:
            int code = PinnedProcess.Run([job, .. args.Where(argument => !options.Jobs.Contains(argument))], options.Core);
            if (code is not (0 or 1))
                return code;
            isReached &= code == 0;
            break;
        case "kernels": KernelTable.Run(seconds); break;
        case "bulk": BulkTable.Run(seconds); break;
        case "hlf": await HttpTable.RunAsync("hlf", RawEvents.Draw(256), rate: 2000, wantedP99: 2, wantedRatio: 3, seconds); break;
        case "inclusive":
            RawEvents usual = RawEvents.OfLengths([.. Enumerable.Repeat(120, 64)]);
            await HttpTable.RunAsync("inclusive", usual, rate: 500, wantedP99: 3, wantedRatio: null, seconds);
            break;
        case "arrow": await ArrowTable.RunAsync(seconds); break;
        case "swap": await SwapRun.RunAsync(rate: 1000, seconds); break;
        case "memory": await MemoryRun.RunAsync("inclusive", rate: 200, options.Seconds ?? 240); break;
    }
    Console.WriteLine();
}
return !options.Check || Wanted.Report(isReached) ? 0 : 1;
