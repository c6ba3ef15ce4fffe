using DaprHep.WorkflowProtocol;

namespace DaprHep.DevSidecar.Workflows;

/// <summary>Callers that wait for an instance to reach a state, known instance or not.</summary>
internal sealed class StateWatch
{
    private readonly Dictionary<InstanceKey, List<Wait>> _waits = [];
    private readonly Lock _gate = new();

    public async Task<WorkflowState> Add(InstanceKey key, Func<WorkflowState, bool> wanted, CancellationToken cancellation)
    {
        var wait = new Wait(wanted);
        lock (_gate)
        {
            if (!_waits.TryGetValue(key, out var waits))
                _waits.Add(key, waits = []);
            waits.Add(wait);
        }

        try
        {
            return await wait.State.Task.WaitAsync(cancellation);
        }
        finally
        {
            lock (_gate)
            {
                if (_waits.TryGetValue(key, out var waits) && waits.Remove(wait) && waits.Count == 0)
                    _waits.Remove(key);
            }
        }
    }

    public void Changed(InstanceKey key, WorkflowState state)
    {
        lock (_gate)
        {
            if (!_waits.TryGetValue(key, out var waits))
                return;
            foreach (var wait in waits)
            {
                if (wait.Wanted(state))
                    wait.State.TrySetResult(state);
            }
        }
    }

    private sealed class Wait(Func<WorkflowState, bool> wanted)
    {
        public Func<WorkflowState, bool> Wanted { get; } = wanted;

        public TaskCompletionSource<WorkflowState> State { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
