using System.Text.Json;
using DaprHep.WorkflowProtocol;
using Google.Protobuf;

namespace Dapr.Workflow.Tests;

/// <summary>One message that a runtime and a worker or client exchanged.</summary>
public sealed record CapturedMessage(string Scenario, int Line, string Direction, string Type, byte[] Bytes);

/// <summary>
/// Captured traffic, a file a scenario: our worker's with our sidecar in this repository (<c>own_…</c>), and a Python worker's with the
/// real runtime in a folder beside the repository, which is not always there.
/// </summary>
public static class CapturedTraffic
{
    /// <summary>Begins the names of scenarios captured between our worker and our sidecar.</summary>
    public const string Own = "own_";

    /// <summary>The folder of our own captured traffic.</summary>
    public static readonly string OwnFolder = Path.Combine(Repository.Root, "tests", "Dapr.Workflow", "captured");

    private static readonly string? RuntimeFolder =
        Repository.Shared is { } shared && Path.Combine(shared, "dapr", "capture") is var folder && Directory.Exists(folder) ? folder : null;

    /// <summary>Whether the real runtime's traffic is there.</summary>
    public static bool HasRuntime => RuntimeFolder is not null;

    public static IEnumerable<string> Scenarios() => new[] { OwnFolder, RuntimeFolder }.OfType<string>()
        .SelectMany(folder => Directory.EnumerateFiles(folder, "*.jsonl"))
        .Select(file => Path.GetFileNameWithoutExtension(file))
        .Where(name => !name.EndsWith("_metadata", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    public static bool IsOwn(string scenario) => scenario.StartsWith(Own, StringComparison.Ordinal);

    public static string FileOf(string scenario) => Path.Combine(IsOwn(scenario) ? OwnFolder : RuntimeFolder!, scenario + ".jsonl");

    public static IEnumerable<CapturedMessage> Read(string scenario)
    {
        var line = 0;
        foreach (var text in File.ReadLines(FileOf(scenario)))
        {
            line++;
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            if (root.TryGetProperty("b64", out var b64) && root.TryGetProperty("type", out var type) && type.GetString() is { } name)
                yield return new CapturedMessage(scenario, line, root.GetProperty("dir").GetString()!, name, b64.GetBytesFromBase64());
        }
    }

    public static MessageParser? ParserOf(string type) => type switch
    {
        "google.protobuf.Empty" => Google.Protobuf.WellKnownTypes.Empty.Parser,
        _ => typeof(WorkItem).Assembly.GetType("DaprHep.WorkflowProtocol." + type)?.GetProperty("Parser")?.GetValue(null) as MessageParser,
    };
}
