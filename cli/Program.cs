using System.CommandLine;
using DaprHep.Cli;
using DaprHep.Cli.Commands;
using DaprHep.Ingest;
using DaprHep.Learning.Distributed;
using DaprHep.Trainer;

S3ByteSource.Register();
XRootDByteSource.Register();
if (args is [RankProcess.Verb, RankTraining.Verb, var input])
    return await RankTraining.RunAsync(input);
if (args is [RankProcess.Verb, .. var own])
{
    return await RankProcess.RunAsync(
        (group, cancellation) => new RootCommand { TrainCommand.Create(group) }.Parse(own).InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancellation),
        Failure.IsBadInput);
}
var root = new RootCommand("From ROOT files of collision events to a trained and evaluated classifier.")
{
    RunCommand.Create(),
    IngestCommand.Create(),
    PredictCommand.Create(),
    TrainCommand.Create(),
    EvaluateCommand.Create(),
    CompareCommand.Create(),
    ExportCommand.Create(),
    LineageCommand.Create(),
    TuneCommand.Create(),
    ServeCommand.Create(),
    ModelsCommand.Create(),
    UpCommand.Create(),
    DownCommand.Create(),
    DoctorCommand.Create(),
    GcCommand.Create(),
    SimulateClusterCommand.Create(),
    RunsCommands.Runs(),
    RunsCommands.Status(),
    WatchCommand.Create(),
    WorkloadCommand.Create(),
    WatchFolderCommand.Create(),
    RunsCommands.Steer("cancel", "End a run; what it has finished stays in the store."),
    RunsCommands.Steer("suspend", "Let a run rest after the work under way."),
    RunsCommands.Steer("resume", "Let a suspended run go on, or start a failed or cancelled one again after its finished steps."),
    RunsCommands.Report(),
    DownloadCommand.Create(),
    EventCommands.Mistakes(),
    EventCommands.Event(),
    RootCommands.Create(),
};
root.Options.OfType<VersionOption>().Single().Action = new VersionText();
ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    return Failure.Usage(parsed);
}
using CommandTrace trace = CommandTrace.Start(parsed);
return trace.End(await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(5) }));
