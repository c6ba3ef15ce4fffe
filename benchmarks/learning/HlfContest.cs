using DaprHep.Learning.Models;

namespace DaprHep.Benchmarks.Learning;

/// <summary>hlf: an ordinary PyTorch loop, the same network through our binding of libtorch, and our own kernels.</summary>
internal static class HlfContest
{
    private const int Events = 16384, Features = 14, Classes = 3, Batch = 128, Epochs = 40;

    internal static void Run(string folder)
    {
        var events = ToyEvents.Draw(Events, Features, Classes);
        PyTorchLoop.Write(folder, events);
        var contest = new Contest(
            $"hlf ({Features}-50-20-10-{Classes}), {Events:N0} events, batch {Batch}, Adam, {Epochs} epochs", rounds: 3, asked: 5);
        contest.Add("python3", true, () => PyTorchLoop.Run(
            "pytorch_hlf.py", Path.Combine(folder, "features"), Path.Combine(folder, "labels"), $"{Epochs}", $"{Batch}", "1"));
        contest.Add("libtorch through native/", false, () => TimedLoop.Run(
            () => TorchHlf.Create(Features, Classes), events, Epochs, Batch));
        contest.Add("our kernels (hlf)", false, () => TimedLoop.Run(
            () => ModelRegistry.CreateNetwork(HlfModel.ModelName, Features, Classes, seed: 1), events, Epochs, Batch));
        contest.Run();
    }
}
