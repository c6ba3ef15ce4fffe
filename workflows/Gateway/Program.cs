using DaprHep.Gateway;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;

await GatewayService.Build(ServiceHost.CreateBuilder(args, Apps.Pipeline)).RunAsync();
