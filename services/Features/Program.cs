using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Telemetry;
using DaprHep.Features.Activities;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.AddDaprHepTelemetry(Apps.Features);
builder.AddDaprHepService(workflows =>
{
    workflows.RegisterStep<MergeStatistics>();
    workflows.RegisterStep<BuildShard>();
});
WebApplication app = builder.Build();
app.UseDaprHepService();
await app.RunAsync();
