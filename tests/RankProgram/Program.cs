using DaprHep.Learning.Distributed;
using DaprHep.RankProgram;

// One rank, as tests start it: the first argument says what it does, the environment which rank it is.
if (args[0] == "train")
{
    return await RankProcess.RunAsync(async (group, cancellation) =>
    {
        foreach (var plan in TrainingPlan.Parse(args))
            await TrainingRank.Train(plan, group, cancellation);
    });
}

if (args[0] == "launch")
    return await TrainingRank.LaunchAsync(args[1..]);
try
{
    switch (args[0])
    {
        case "sums":
            CollectiveRank.Sums();
            break;
        case "endless":
            CollectiveRank.Endless();
            break;
        case "exchanging":
            CollectiveRank.Exchanging();
            break;
        case "computing":
            CollectiveRank.Computing();
            break;
        case "failing":
            CollectiveRank.Failing();
            break;
        default:
            throw new ArgumentException($"'{args[0]}' is nothing that a rank does here");
    }

    return 0;
}
catch (Exception e) when (e is RankLostException or RendezvousException)
{
    Console.Error.WriteLine(e.Message);
    return 4;
}
