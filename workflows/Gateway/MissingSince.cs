using Dapr.Workflow;

namespace DaprHep.Gateway;

/// <summary>Says since when an app has had no worker; null when it has one. What <see cref="Topology.WaitForWorker"/> asks.</summary>
internal sealed class MissingSince(AppWatch apps) : WorkflowActivity<string, DateTimeOffset?>
{
    public override Task<DateTimeOffset?> RunAsync(WorkflowActivityContext context, string input) =>
        apps.MissingSinceAsync(input, CancellationToken.None);
}
