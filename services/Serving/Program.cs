using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Serving;

ServingService.CalmThreads();
await ServingService.Build(ServiceHost.CreateBuilder(args, Apps.Serving)).RunAsync();
