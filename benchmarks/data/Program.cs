using System.Globalization;
using DaprHep.Benchmarks;
using DaprHep.Benchmarks.Data;
using DaprHep.Data.Events;
using DaprHep.Hosting;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is [OutOfCore.Stage, var store, var plan, var memory])
{
    await OutOfCore.StageAsync(store, plan, memory);
    return 0;
}
Options options;
try
{
    options = Options.Parse(args);
    _ = DataMemory.Parse("--memory", options.Memory);
}
catch (Exception e) when (e is FormatException or OverflowException or BadInputException)
{
    Console.Error.WriteLine($"{e.Message}\n\n{Options.Usage}");
    return 2;
}
if (options.Job.Length == 0 && !PinnedProcess.IsThis)
    return PinnedProcess.Run(args, options.Core);

string folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"daprhep-data-{Guid.NewGuid():N}")).FullName;
try
{
    return await MeasureAsync() || !options.Check ? 0 : 1;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

async Task<bool> MeasureAsync()
{
    var table = new Table();
    if (options.Job == "out-of-core")
        return await OutOfCore.RunAsync(options, folder);
    if (options.Job == "repeat")
    {
        RepeatRow.Measure(table, folder, options.Rounds);
        return table.IsReached;
    }
    bool hasPeer = NodeArrow.Prepare();
    IReadOnlyList<List<EventTable>> events = RealEvents.Read();
    Table.Head();
    await StageRows.MeasureAsync(table, events, folder, options.Rounds);
    await ScanRows.MeasureAsync(table, events, folder, hasPeer, options.Rounds);
    ReadRows.Measure(table);
    await SizeRows.MeasureAsync(table, events, folder);
    return table.IsReached;
}
