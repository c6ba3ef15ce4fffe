using System.CommandLine;

namespace DaprHep.Cli.Commands;

/// <summary>The option of all commands that talk to a gateway.</summary>
internal static class GatewayOption
{
    private const string Variable = "DAPRHEP_GATEWAY";
    private const string Standard = "http://127.0.0.1:8080";

    public static Option<string> Create() => new("--gateway")
    {
        Description = $"Address of the gateway; default ${Variable}, else {Standard}.",
        HelpName = "URL",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set ? set : Standard,
    };

    public static Option<bool> Json() => new("--json") { Description = "Print JSON." };
}
