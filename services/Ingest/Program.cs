using DaprHep.Hosting;
using DaprHep.Ingest;
using DaprHep.Ingest.Activities;

S3ByteSource.Register();
WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.AddDaprHepService(workflows =>
{
    workflows.RegisterStep<PlanPartitions>();
    workflows.RegisterStep<ConvertPartition>();
});
WebApplication app = builder.Build();
app.UseDaprHepService();
await app.RunAsync();
