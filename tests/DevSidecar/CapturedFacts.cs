using DaprHep.WorkflowProtocol;

namespace DaprHep.DevSidecar.Tests;

/// <summary>What the lines of a captured scenario tell when all are seen.</summary>
internal sealed class CapturedFacts
{
    private readonly List<CapturedLine> _lines;
    private readonly Dictionary<int, int> _lastLines = [];
    private readonly DateTimeOffset _begin;

    public CapturedFacts(List<CapturedLine> lines)
    {
        _lines = lines;
        var started = new Dictionary<string, int>();
        var born = new HashSet<string>();
        var seen = new HashSet<string>();
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i];
            _lastLines[line.Call] = i;
            switch (line.Message)
            {
                case CreateInstanceRequest start:
                    started[start.InstanceId] = started.GetValueOrDefault(start.InstanceId) + 1;
                    if (i + 1 < lines.Count && lines[i + 1].Message is CreateInstanceRequest next && next.InstanceId == start.InstanceId)
                        StartedTwiceAtOnce.Add(start.InstanceId);
                    break;
                case RerunWorkflowFromEventRequest rerun:
                    born.Add(rerun.NewInstanceID);
                    break;
                case WorkItem { WorkflowRequest: { } turn }:
                    if (_begin == default)
                        _begin = turn.NewEvents[0].Timestamp.ToDateTimeOffset() - TimeSpan.FromMilliseconds(line.Milliseconds);
                    seen.Add(turn.InstanceId);
                    if (turn.NewEvents.FirstOrDefault(e => e.ExecutionStarted is not null)?.ExecutionStarted is { } execution
                        && born.Add(turn.InstanceId) && execution.ParentInstance is null && !started.ContainsKey(turn.InstanceId))
                        StartedOverHttp.Add(turn.InstanceId);
                    break;
                case WorkItem { ActivityRequest: { } activity }:
                    seen.Add(activity.WorkflowInstance.InstanceId);
                    break;
            }

            if (line is { FromClient: false, Status: "UNAVAILABLE" } and not { Rpc: "GetWorkItems" })
                Lost.Add(line.Call);
        }

        Foreign = [.. seen.Where(id => !born.Contains(id) && !started.ContainsKey(id))];
    }

    /// <summary>Instances that were left over from an earlier scenario.</summary>
    public HashSet<string> Foreign { get; }

    /// <summary>Instances whose start is in no gRPC call.</summary>
    public HashSet<string> StartedOverHttp { get; } = [];

    /// <summary>Ids that several callers started at the same time; the first one won.</summary>
    public HashSet<string> StartedTwiceAtOnce { get; } = [];

    /// <summary>Calls that never reached the runtime, which was down.</summary>
    public HashSet<int> Lost { get; } = [];

    /// <summary>The place of a call's last line.</summary>
    public int LastLine(int call) => _lastLines[call];

    /// <summary>The time at which a line was captured.</summary>
    public DateTimeOffset TimeOf(CapturedLine line) => _begin + TimeSpan.FromMilliseconds(line.Milliseconds);

    /// <summary>Whether the worker answered that turn without any action.</summary>
    public bool AnswersNothing(CapturedLine turn)
    {
        var instance = ((WorkItem)turn.Message!).WorkflowRequest.InstanceId;
        var answer = _lines.Skip(_lines.IndexOf(turn)).Select(l => l.Message).OfType<WorkflowResponse>()
            .FirstOrDefault(r => r.InstanceId == instance);
        return answer?.Actions.Count == 0;
    }
}
