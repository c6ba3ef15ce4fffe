using System.Globalization;
using DaprHep.Benchmarks;
using DaprHep.Benchmarks.Serving;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (!PinnedProcess.IsThis)
    return PinnedProcess.Run(args, 0);
KernelTable.Run(3);
return 0;
