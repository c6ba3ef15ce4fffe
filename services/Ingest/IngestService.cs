using DaprHep.Hosting;
using DaprHep.Ingest.Activities;

namespace DaprHep.Ingest;

/// <summary>The service <c>ingest</c>: ROOT files to event datasets.</summary>
public static class IngestService
{
    /// <summary>Puts the service together on a builder, be it of a process of its own or of an embedded run.</summary>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        S3ByteSource.Register();
        XRootDByteSource.Register();
        builder.AddDaprHepService(workflows =>
        {
            workflows.RegisterStep<PlanPartitions>();
            workflows.RegisterStep<ConvertPartition>();
            workflows.RegisterStep<ExcludeFiles>();
        });
        WebApplication app = builder.Build().UseDaprHepService();
        app.MapObjectCreated();
        return app;
    }
}
