using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Tuning;

await TuningService.Build(ServiceHost.CreateBuilder(args, Apps.Tuning)).RunAsync();
