using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Features;

await FeaturesService.Build(ServiceHost.CreateBuilder(args, Apps.Features)).RunAsync();
