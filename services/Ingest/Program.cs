using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Ingest;

await IngestService.Build(ServiceHost.CreateBuilder(args, Apps.Ingest)).RunAsync();
