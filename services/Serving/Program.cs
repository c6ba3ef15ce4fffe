using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Serving;

await ServingService.Build(ServiceHost.CreateBuilder(args, Apps.Serving)).RunAsync();
