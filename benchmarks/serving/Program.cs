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

foreach (string job in options.Jobs)
{
    switch (job)
    {
        case "kernels" or "bulk" when !PinnedProcess.IsThis:
            int code = PinnedProcess.Run([job, "--seconds", $"{options.Seconds}"], options.Core);
            if (code != 0)
                return code;
            break;
        case "kernels": KernelTable.Run(options.Seconds); break;
        case "bulk": BulkTable.Run(options.Seconds); break;
        case "hlf": await HttpTable.RunAsync("hlf", RawEvents.Draw(256), rate: 2000, options.Seconds); break;
        case "inclusive": await HttpTable.RunAsync("inclusive", RawEvents.OfLengths([.. Enumerable.Repeat(120, 64)]), rate: 500, options.Seconds); break;
    }
    Console.WriteLine();
}
return 0;
