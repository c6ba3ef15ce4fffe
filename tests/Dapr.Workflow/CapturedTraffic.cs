using System.Text.Json;
using DaprHep.WorkflowProtocol;
using Google.Protobuf;

namespace Dapr.Workflow.Tests;

/// <summary>One message that the real runtime and a worker or client exchanged.</summary>
public sealed record CapturedMessage(string Scenario, int Line, string Direction, string Type, byte[] Bytes);

/// <summary>Traffic captured on the real runtime: a folder beside the repository, not always there.</summary>
public static class CapturedTraffic
{
    public static readonly string? Folder = Find();

    public static IEnumerable<string> Scenarios() => Folder is null
        ? []
        : Directory.EnumerateFiles(Folder, "*.jsonl").Select(f =>
            Path.GetFileNameWithoutExtension(f)).Where(n => !n.EndsWith("_metadata", StringComparison.Ordinal)).Order();

    public static IEnumerable<CapturedMessage> Read(string scenario)
    {
        var line = 0;
        foreach (var text in File.ReadLines(Path.Combine(Folder!, scenario + ".jsonl")))
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

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var capture = Path.Combine(folder.FullName, "..", "shared", "dapr", "capture");
            if (File.Exists(Path.Combine(folder.FullName, "DaprHep.sln")))
                return Directory.Exists(capture) ? Path.GetFullPath(capture) : Directory.Exists(Up(capture)) ? Up(capture) : null;
        }

        return null;

        // A worktree lies one folder deeper than the repository.
        static string Up(string capture) => Path.GetFullPath(Path.Combine(capture, "..", "..", "..", "..", "shared", "dapr", "capture"));
    }
}
