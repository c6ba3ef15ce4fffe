using DaprHep.Learning.Models;

namespace DaprHep.Benchmarks.Learning;

/// <summary>hlf: an ordinary PyTorch loop and the same network through our binding of libtorch, against our own kernels.</summary>
internal static class HlfContest
{
    private const int Events = 16384, Features = 14, Classes = 3, Batch = 128, Epochs = 40, PeerEpochs = 8;

    internal static void Run(string folder, PythonPeers peers, int rounds, SpeedTable table)
    {
        var events = ToyEvents.Draw(Events, Features, Classes);
        PythonPeers.Write(folder, events);
        var contest = new Contest($"hlf, batch {Batch}, Adam", rounds, wanted: 5);
        peers.AddTo(contest, "", "pytorch_hlf.py", folder, $"{PeerEpochs}", $"{Batch}");
        contest.Ours("our kernels", () => TimedLoop.Run(
            () => ModelRegistry.CreateNetwork(HlfModel.ModelName, Features, Classes, seed: 1), events, Epochs, Batch));
        contest.Run(table);

        var bound = new Contest("the same", rounds, wanted: double.NaN);
        bound.Add("libtorch through native/", () => TimedLoop.Run(() => TorchHlf.Create(Features, Classes), events, PeerEpochs, Batch));
        bound.Ours("our kernels", () => TimedLoop.Run(
            () => ModelRegistry.CreateNetwork(HlfModel.ModelName, Features, Classes, seed: 1), events, Epochs, Batch));
        bound.Run(table);
    }
}
