using System.CommandLine;
using DaprHep.Cli;
using DaprHep.Cli.Commands;

var root = new RootCommand("From ROOT files of collision events to a trained and evaluated classifier.")
{
    RunCommand.Create(),
    IngestCommand.Create(),
    RootCommands.Create(),
};
ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine($"daprhep: {parsed.Errors[0].Message}; see ./daprhep {string.Join(' ', Failure.CommandPath(parsed))} --help");
    return ExitCode.Usage;
}
return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(5) });
