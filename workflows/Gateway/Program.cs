using DaprHep.Gateway;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Root;

WebApplicationBuilder builder = ServiceHost.CreateBuilder(args, Apps.Pipeline);
builder.Services.AddSingleton(
    InputAccess.From(builder.Configuration[InputAccess.SchemesVariable], builder.Configuration[InputAccess.HostsVariable]));
await GatewayService.Build(builder).RunAsync();
