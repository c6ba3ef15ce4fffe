using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace DaprHep.Hosting;

/// <summary>Ready is a service whose worker's stream to the sidecar is open: only then does work reach it.</summary>
internal sealed class WorkerHealth(SidecarHttp sidecar) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await sidecar.ConnectedWorkersAsync(cancellationToken).ConfigureAwait(false) > 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy(
                "the worker is not connected to the sidecar; check that it runs and that DAPR_GRPC_PORT and DAPR_API_TOKEN are its own");
}
