using DaprHep.WorkflowProtocol;

namespace DaprHep.DevSidecar.Workflows;

/// <summary>Ended instances are taken away when their time is over.</summary>
internal sealed partial class WorkflowEngine
{
    private void Retain(InstanceKey key, WorkflowState end)
    {
        if (_configuration.KeptFor(end.WorkflowStatus) is not { } kept)
            return;
        var due = (end.LastUpdatedTimestamp?.ToDateTime() ?? DateTime.UtcNow) + kept;
        _timers.At(due, () => Forget(key, end));
    }

    // An instance that began again under the id has a time of its own.
    private void Forget(InstanceKey key, WorkflowState end)
    {
        lock (_gate)
        {
            if (_live.ContainsKey(key) || _reader.FindInstance(key.App, key.Id)?.Equals(end) != true)
                return;
            _journal.Write(store => store.RemoveInstance(key.App, key.Id));
            _logger.LogInformation("Instance {Instance} of app {App} has ended long enough ago and is taken away.", key.Id, key.App);
        }
    }
}
