using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Telemetry;
using DaprHep.Ingest;
using DaprHep.Ingest.Activities;

S3ByteSource.Register();
WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.AddDaprHepTelemetry(Apps.Ingest);
builder.AddDaprHepService(workflows =>
{
    workflows.RegisterStep<PlanPartitions>();
    workflows.RegisterStep<ConvertPartition>();
});
WebApplication app = builder.Build();
app.UseDaprHepService();
await app.RunAsync();
