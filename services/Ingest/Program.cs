using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Ingest;
using DaprHep.Root;

WebApplicationBuilder builder = ServiceHost.CreateBuilder(args, Apps.Ingest);
ByteSources.Access = InputAccess.From(builder.Configuration[InputAccess.SchemesVariable], builder.Configuration[InputAccess.HostsVariable]);
await IngestService.Build(builder).RunAsync();
