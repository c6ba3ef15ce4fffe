using DaprHep.Features.Activities;
using DaprHep.Hosting;

namespace DaprHep.Features;

/// <summary>The service <c>features</c>: event datasets to training shards.</summary>
public static class FeaturesService
{
    /// <summary>Puts the service together on a builder, be it of a process of its own or of an embedded run.</summary>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        builder.AddDaprHepService(workflows =>
        {
            workflows.RegisterStep<MergeStatistics>();
            workflows.RegisterStep<ScatterPartition>();
            workflows.RegisterStep<BuildShard>();
        });
        return builder.Build().UseDaprHepService();
    }
}
