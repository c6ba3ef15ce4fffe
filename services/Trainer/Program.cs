using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Distributed;
using DaprHep.Trainer;

if (args is [RankProcess.Verb, RankTraining.Verb, var input])
    return await RankTraining.RunAsync(input);
await TrainerService.Build(ServiceHost.CreateBuilder(args, Apps.Trainer)).RunAsync();
return 0;
