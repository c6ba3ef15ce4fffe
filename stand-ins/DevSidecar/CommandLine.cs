using System.Globalization;

namespace DaprHep.DevSidecar;

/// <summary>The program's arguments.</summary>
internal static class CommandLine
{
    public const string Usage = """
        DevSidecar --journal FILE --app id=ID,http=PORT,grpc=PORT[,port=APP-PORT] [--app …] [--max-message-bytes N]
                   [--state-key-prefix appid|name] [--max-concurrent-workflow-invocations N]
                   [--max-concurrent-activity-invocations N] [--state-retention completed=48h,anyTerminal=168h]

        One --app for every app, or replica of an app, of this machine. Tokens come from DAPR_API_TOKEN (asked of callers)
        and APP_API_TOKEN (sent to apps).
        """;

    /// <exception cref="FormatException">An argument is unknown, missing or has a wrong value; the message says which.</exception>
    public static SidecarOptions Parse(IReadOnlyList<string> args)
    {
        string? journal = null;
        var nodes = new List<NodeOptions>();
        var keyPrefix = "appid";
        var workflow = new WorkflowConfiguration();
        var maxMessage = new SidecarOptions { JournalPath = string.Empty, Nodes = [] }.MaxMessageBytes;
        for (var i = 0; i < args.Count; i += 2)
        {
            var value = i + 1 < args.Count ? args[i + 1] : throw new FormatException($"{args[i]} needs a value.");
            switch (args[i])
            {
                case "--journal":
                    journal = value;
                    break;
                case "--app":
                    nodes.Add(ParseNode(value));
                    break;
                case "--max-message-bytes":
                    maxMessage = Number("--max-message-bytes", value, int.MaxValue);
                    break;
                case "--state-key-prefix":
                    keyPrefix = value is "appid" or "name" ? value
                        : throw new FormatException($"--state-key-prefix is '{value}'; expected appid or name.");
                    break;
                case "--max-concurrent-workflow-invocations":
                    workflow = workflow with { MaxConcurrentWorkflowInvocations = Number(args[i], value, int.MaxValue) };
                    break;
                case "--max-concurrent-activity-invocations":
                    workflow = workflow with { MaxConcurrentActivityInvocations = Number(args[i], value, int.MaxValue) };
                    break;
                case "--state-retention":
                    workflow = workflow with { StateRetentionPolicy = WorkflowConfiguration.ParseRetention(value) };
                    break;
                default:
                    throw new FormatException($"'{args[i]}' is not an argument of this program.");
            }
        }

        return new SidecarOptions
        {
            JournalPath = journal ?? throw new FormatException("--journal is missing."),
            Nodes = nodes.Count > 0 ? nodes : throw new FormatException("There is no --app."),
            MaxMessageBytes = maxMessage,
            StateKeyPrefix = keyPrefix,
            Workflow = workflow,
            ApiToken = Token("DAPR_API_TOKEN"),
            AppToken = Token("APP_API_TOKEN"),
        };
    }

    private static NodeOptions ParseNode(string text)
    {
        string? id = null;
        int? http = null, grpc = null, port = null;
        foreach (var part in text.Split(','))
        {
            var (name, value) = part.Split('=', 2) is [var n, var v] ? (n, v)
                : throw new FormatException($"--app {text}: '{part}' is not of the form name=value.");
            switch (name)
            {
                case "id":
                    id = value;
                    break;
                case "http":
                    http = Number($"--app {text}: http", value, ushort.MaxValue);
                    break;
                case "grpc":
                    grpc = Number($"--app {text}: grpc", value, ushort.MaxValue);
                    break;
                case "port":
                    port = Number($"--app {text}: port", value, ushort.MaxValue);
                    break;
                default:
                    throw new FormatException($"--app {text}: '{name}' is not one of id, http, grpc, port.");
            }
        }

        return string.IsNullOrEmpty(id) || http is null || grpc is null
            ? throw new FormatException($"--app {text}: id, http and grpc are needed.")
            : new NodeOptions(id, http.Value, grpc.Value, port);
    }

    private static int Number(string name, string value, int max) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= max
            ? number
            : throw new FormatException($"{name} is '{value}'; expected a number from 1 to {max}.");

    private static string? Token(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } token ? token : null;
}
