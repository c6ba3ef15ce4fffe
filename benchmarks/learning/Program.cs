using System.Globalization;
using DaprHep.Benchmarks;
using DaprHep.Benchmarks.Learning;
using DaprHep.Learning.Distributed;
using TorchSharp;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is [RankProcess.Verb, ..])
    return await RankProcess.RunAsync(RankContest.TrainAsync);

if (args is ["--help" or "-h", ..])
{
    Console.WriteLine(Options.Usage);
    return 0;
}

Options options;
try
{
    if (args is ["accuracy", .. var rest])
    {
        var location = rest is ["--dataset", var named, ..] ? named : null;
        var numbered = location is null ? rest : rest[2..];
        var seeds = numbered is [var first, ..] ? Options.Number(first, 1) : 1;
        return await AccuracyTable.RunAsync(location, seeds, numbered is [_, .. var models] ? models : []) ? 0 : 1;
    }

    if (args is ["gpu", .. var batches])
        return GpuSpeed.Run([.. batches.Select(batch => Options.Number(batch, 1))]);

    options = Options.Parse(args);
}
catch (FormatException e)
{
    Console.Error.WriteLine($"{e.Message}\n\n{Options.Usage}");
    return 2;
}

if (!PinnedProcess.IsThis)
    return PinnedProcess.Run(args, options.Core);

torch.set_num_threads(1);
var peers = new PythonPeers(Blas.Find(options.BlasFolder));
if (!peers.Blas.Any(blas => blas.Name == "OpenBLAS"))
    Console.Error.WriteLine("no OpenBLAS: install Debian's libopenblas0-pthread, or give its folder with --blas, for a fair comparison");
var table = new SpeedTable();
var folder = Directory.CreateTempSubdirectory("daprhep-learning-").FullName;
try
{
    foreach (var job in options.Jobs)
    {
        switch (job)
        {
            case "hlf": HlfContest.Run(folder, peers, options.Rounds, table); break;
            case "standard": InclusiveContest.RunStandard(folder, peers, options.Rounds, table); break;
            case "cern2019": InclusiveContest.RunPadded(folder, peers, options.Rounds, table); break;
            case "losses": SameLosses.Run(folder, peers, table); break;
            case "trees": TreesContest.Run(folder, peers, options.Rounds, table); break;
            case "tuning": TuningContest.Run(folder, options.Events, table); break;
            case "ranks": await RankContest.RunAsync(options.Rounds, table); break;
        }
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

table.Print(Console.Out);
return options.Check && !table.IsMet ? 1 : 0;
