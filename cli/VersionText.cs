using System.CommandLine;
using System.CommandLine.Invocation;
using DaprHep.Hosting;

namespace DaprHep.Cli;

/// <summary><c>daprhep --version</c>: version, source revision, and whether it was built with the official packages.</summary>
internal sealed class VersionText : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(SoftwareVersion.TextOf("daprhep"));
        return ExitCode.Done;
    }
}
