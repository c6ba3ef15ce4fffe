namespace DaprHep.Benchmarks.Learning;

/// <summary>
/// A library that PyTorch can multiply matrices with. Debian's reference BLAS makes recurrent networks several times slower than OpenBLAS
/// does, so that a ratio means nothing without its name; all that are there are measured.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Folder">The folder with its <c>libblas.so.3</c>.</param>
internal sealed record Blas(string Name, string Folder)
{
    private const string Libraries = "/usr/lib/x86_64-linux-gnu";

    /// <summary>Those that are installed, and one from elsewhere.</summary>
    /// <param name="elsewhere">A folder with another <c>libblas.so.3</c>, or null.</param>
    internal static Blas[] Find(string? elsewhere)
    {
        Blas[] known =
        [
            new("reference BLAS", $"{Libraries}/blas"),
            new("OpenBLAS", $"{Libraries}/openblas-pthread"),
            new("OpenBLAS", $"{Libraries}/openblas-serial"),
            .. elsewhere is null ? [] : new[] { new Blas(NameOf(elsewhere), elsewhere) },
        ];
        return [.. known.Where(blas => File.Exists($"{blas.Folder}/libblas.so.3")).DistinctBy(blas => blas.Name)];
    }

    private static string NameOf(string folder) =>
        folder.Contains("openblas", StringComparison.OrdinalIgnoreCase) ? "OpenBLAS" : Path.GetFileName(folder.TrimEnd('/'));
}
