using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Trainer;

await TrainerService.Build(ServiceHost.CreateBuilder(args, Apps.Trainer)).RunAsync();
