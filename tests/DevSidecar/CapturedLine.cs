using System.Text.Json;
using Dapr.Workflow.Tests;
using DaprHep.WorkflowProtocol;
using Google.Protobuf;

namespace DaprHep.DevSidecar.Tests;

/// <summary>One line of a captured scenario.</summary>
internal sealed record CapturedLine(
    string Where, double Milliseconds, string Node, int Call, string Rpc, bool FromClient, byte[]? Bytes, IMessage? Message, string? Status,
    string? Details)
{
    public static List<CapturedLine> Read(string file)
    {
        var scenario = Path.GetFileNameWithoutExtension(file);
        var lines = new List<CapturedLine>();
        var number = 0;
        foreach (var text in File.ReadLines(file))
        {
            number++;
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            if (!root.TryGetProperty("rpc", out var rpc))
                continue;
            lines.Add(new CapturedLine(
                $"{scenario}:{number}",
                root.TryGetProperty("t_ms", out var time) ? time.GetDouble() : 0,
                root.TryGetProperty("node", out var node) && node.GetString() is { } name ? name : "wfapp",
                root.GetProperty("call").GetInt32(),
                rpc.GetString()!,
                root.GetProperty("dir").GetString() == "c2s",
                root.TryGetProperty("b64", out var b64) ? b64.GetBytesFromBase64() : null,
                MessageOf(root),
                root.TryGetProperty("status", out var status) ? status.GetString() : null,
                root.TryGetProperty("details", out var details) ? details.GetString() : null));
        }

        return lines;
    }

    /// <summary>Instance and kind of an item, to find one's counterpart.</summary>
    public static string KeyOf(WorkItem item) => item.ActivityRequest is { } activity
        ? KeyOf(activity.WorkflowInstance.InstanceId, activity.TaskId)
        : $"turn {item.WorkflowRequest.InstanceId}";

    public static string KeyOf(string instance, int task) => $"activity {instance}#{task}";

    private static IMessage? MessageOf(JsonElement root)
    {
        if (!root.TryGetProperty("b64", out var b64) || CapturedTraffic.ParserOf(root.GetProperty("type").GetString()!) is not { } parser)
            return null;
        try
        {
            return parser.ParseFrom(b64.GetBytesFromBase64());
        }
        catch (InvalidProtocolBufferException)
        {
            return null; // Sent damaged on purpose.
        }
    }
}
