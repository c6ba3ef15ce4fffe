using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Telemetry;
using DaprHep.Trainer.Activities;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.AddDaprHepTelemetry(Apps.Trainer);
builder.AddDaprHepService(workflows =>
{
    workflows.RegisterStep<TrainModel>();
    workflows.RegisterStep<EvaluateModel>();
    workflows.RegisterStep<WriteReport>();
});
WebApplication app = builder.Build();
app.UseDaprHepService();
await app.RunAsync();
