using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace DaprHep.Serving.Models;

/// <summary>Ready is a replica that has read the catalogue once; what it has read it serves on, whatever becomes of the store.</summary>
internal sealed class CatalogueHealth(CatalogueFollower follower) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(follower.HasLooked
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy(
                $"the catalogue of models has not been read yet{(follower.Trouble is { } why ? $": {why}" : "")}"));
}
