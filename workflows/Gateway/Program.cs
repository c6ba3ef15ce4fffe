using DaprHep.Gateway;
using DaprHep.Hosting;
using DaprHep.Topology;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.AddDaprHepService(workflows => workflows.RegisterWorkflow<TopologyPipeline>());
builder.Services.AddOpenApi();
builder.Services.AddSingleton<Runs>();
builder.Services.AddSingleton<ProgressBoard>();
builder.Services.AddSingleton<AppWatch>();
builder.Services.AddHostedService(provider => provider.GetRequiredService<AppWatch>());
WebApplication app = builder.Build();
app.UseExceptionHandler();
app.UseStatusCodePages();
app.MapHealth();
app.MapOpenApi();
app.MapProgress();
app.MapRuns();
await app.RunAsync();
