using System.Globalization;
using DaprHep.Benchmarks;
using DaprHep.Benchmarks.Learning;
using TorchSharp;

// Our own kernels against ordinary PyTorch loops: same events, same recipe (batch 128, Adam 1e-3), one core, one thread, one run.
// Arguments: hlf or inclusive for one of the two, nothing for both; or quality DATASET [SEEDS [MODEL…]], which trains every model with its
// default recipe and prints accuracy and AUC beside the references, on all cores.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["quality", var dataset, .. var rest])
{
    var seeds = rest is [var first, ..] ? int.Parse(first) : 3;
    await QualityTable.RunAsync(dataset, seeds, rest is [_, .. var models] ? models : []);
    return 0;
}

if (!PinnedProcess.IsThis)
    return PinnedProcess.Run(args, core: 0);

torch.set_num_threads(1);
if (PyTorchLoop.Blas is { } blas)
    Console.WriteLine($"PyTorch multiplies with {blas}");
if (PyTorchLoop.Blas?.Contains("/blas/libblas") == true)
    Console.WriteLine("  which is the unoptimised reference BLAS: install Debian's libopenblas0-pthread for a fair comparison\n");
var folder = Directory.CreateTempSubdirectory("daprhep-learning-").FullName;
try
{
    if (args is [] or ["hlf"])
        HlfContest.Run(folder);
    if (args is [] or ["inclusive"])
        InclusiveContest.Run(folder);
}
finally
{
    Directory.Delete(folder, recursive: true);
}

return 0;
