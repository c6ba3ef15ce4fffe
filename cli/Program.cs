using System.CommandLine;
using DaprHep.Cli;
using DaprHep.Cli.Commands;
using DaprHep.Ingest;

S3ByteSource.Register();
var root = new RootCommand("From ROOT files of collision events to a trained and evaluated classifier.")
{
    RunCommand.Create(),
    IngestCommand.Create(),
    RootCommands.Create(),
};
ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    return Failure.Usage(parsed);
}
return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(5) });
