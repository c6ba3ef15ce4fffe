using DaprHep.WorkflowProtocol;

namespace Dapr.Workflow.Worker;

/// <summary>Which patches an execution uses: those in its history, and those first met outside of replay.</summary>
internal sealed class PatchLedger(IEnumerable<HistoryEvent> history)
{
    private readonly HashSet<string> _known =
        [.. history.Where(e => e.WorkflowStarted?.Version is not null).SelectMany(e => e.WorkflowStarted.Version.Patches)];

    private readonly Dictionary<string, bool> _decided = new(StringComparer.Ordinal);
    private readonly List<string> _used = [];

    public bool IsPatched(string name, bool isReplaying)
    {
        if (!_decided.TryGetValue(name, out var patched))
            _decided.Add(name, patched = _known.Contains(name) || !isReplaying);
        if (patched)
            _used.Add(name);
        return patched;
    }

    /// <summary>What the turn's answer says about versions; null when no patch was met.</summary>
    public WorkflowVersion? Answer(string workflowName) =>
        _used.Count == 0 ? null : new WorkflowVersion { Name = workflowName, Patches = { _used } };
}
