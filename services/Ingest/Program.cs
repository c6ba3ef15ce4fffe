using DaprHep.Hosting;
using DaprHep.Ingest.Activities;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.AddDaprHepService(workflows =>
{
    workflows.RegisterStep<PlanPartitions>();
    workflows.RegisterStep<ConvertPartition>();
});
WebApplication app = builder.Build();
app.UseDaprHepService();
await app.RunAsync();
