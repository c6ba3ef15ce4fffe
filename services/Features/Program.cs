using DaprHep.Hosting;
using DaprHep.Features.Activities;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.AddDaprHepService(workflows =>
{
    workflows.RegisterStep<MergeStatistics>();
    workflows.RegisterStep<BuildShard>();
});
WebApplication app = builder.Build();
app.UseDaprHepService();
await app.RunAsync();
