using System.Diagnostics;
using System.Globalization;
using DaprHep.Benchmarks.Learning;
using DaprHep.Learning.Models;
using TorchSharp;

// hlf: an ordinary PyTorch loop, the same network through our binding of libtorch, and our own kernels; same events, same recipe
// (batch 128, Adam 1e-3, Glorot start), one core, one thread, one run. The processes take turns, so that a busy machine hurts all alike.
const int Events = 16384, Features = 14, Classes = 3, Batch = 128, Epochs = 40, Rounds = 3, Asked = 5;
const string PinnedVariable = "DAPRHEP_BENCHMARK_PINNED";
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (Environment.GetEnvironmentVariable(PinnedVariable) is null)
    return RunPinned(args);

torch.set_num_threads(1);
var events = ToyEvents.Draw(Events, Features, Classes);
var folder = Directory.CreateTempSubdirectory("daprhep-learning-").FullName;
try
{
    var python = new PyTorchLoop(folder, events, Epochs, Batch);
    var rows = new List<(string Name, List<double> Rates, double Loss)>
    {
        ("libtorch through native/", [], 0), ("our kernels (hlf)", [], 0),
    };
    if (python.Version is { } version)
        rows.Insert(0, ($"PyTorch {version}, python3", [], 0));
    else
        Console.WriteLine("no PyTorch: install Debian's python3-torch for the comparison");
    for (var round = 0; round < Rounds; round++)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            var (name, rates, _) = rows[i];
            var (rate, loss) = name[0] switch
            {
                'P' => python.Run(),
                'l' => TimedLoop.Run(() => TorchHlf.Create(Features, Classes), events, Epochs, Batch),
                _ => TimedLoop.Run(() => ModelRegistry.Create(HlfModel.ModelName, Features, Classes, seed: 1), events, Epochs, Batch),
            };
            rates.Add(rate);
            rows[i] = (name, rates, loss);
        }
    }

    Console.WriteLine($"hlf ({Features}-50-20-10-{Classes}), {Events:N0} events, batch {Batch}, Adam, one core: "
        + $"median of {Rounds} rounds of {Epochs} epochs\n");
    Console.WriteLine($"  {"",-28}{"events/s",12}{"ratio",8}{"last loss",12}");
    var yardstick = Median(rows[0].Rates);
    foreach (var (name, rates, loss) in rows)
        Console.WriteLine($"  {name,-28}{Median(rates),12:N0}{Median(rates) / yardstick,8:F1}{loss,12:F4}");
    Console.WriteLine($"\n  asked for: {Asked} times PyTorch");
}
finally
{
    Directory.Delete(folder, recursive: true);
}

return 0;

static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

// Threads of the runtime exist before Main, so the only way to pin them all is to start again under taskset.
static int RunPinned(string[] arguments)
{
    var start = new ProcessStartInfo("taskset", ["-c", "0", Environment.ProcessPath!, .. arguments]);
    start.Environment[PinnedVariable] = "1";
    using var pinned = Process.Start(start) ?? throw new InvalidOperationException("taskset does not start; it is in Debian's util-linux");
    pinned.WaitForExit();
    return pinned.ExitCode;
}
