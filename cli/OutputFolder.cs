using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Learning.Tuning;

namespace DaprHep.Cli;

/// <summary>
/// The folder a run's results go to. Everything is written at the end, file by file in one step each and <c>run.json</c> last; a folder
/// that this run made is taken away again when the input turns out bad, one that was there keeps what it had.
/// </summary>
internal sealed class OutputFolder
{
    private const string Record = "run.json";
    private readonly bool _isNew;

    private OutputFolder(string path, bool isNew)
    {
        FullPath = path;
        _isNew = isNew;
    }

    public string FullPath { get; }

    /// <summary>URL of the object store inside, used where no other is given.</summary>
    public string StoreUrl => ObjectStore.Open(Path.Combine(FullPath, "store")).Url;

    /// <summary>Makes sure that results can be written, before any work is done.</summary>
    public static OutputFolder Prepare(string path)
    {
        string full = Path.GetFullPath(path);
        try
        {
            if (File.Exists(full))
                throw new BadInputException($"--out {path}: is a file; give a folder");
            bool isNew = !Directory.Exists(full);
            bool isOurs = isNew || File.Exists(Path.Combine(full, Record)) || Directory.Exists(Path.Combine(full, "checkpoints"))
                || File.Exists(Path.Combine(full, LocalTuner.TrialsName));
            if (!isOurs && HoldsOtherFiles(full))
                throw new BadInputException($"--out {path}: holds other files and no {Record} of an earlier run; give a new or an empty folder");
            Directory.CreateDirectory(full);
            string probe = Path.Combine(full, $".{Guid.NewGuid():N}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return new OutputFolder(full, isNew);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"--out {path}: can't be written ({e.Message}); give a folder you may write to", e);
        }
    }

    /// <summary>Copies a run's results out of the store.</summary>
    public async Task PublishAsync(ObjectStore store, string model, string report, CancellationToken cancellation)
    {
        await CopyAsync(store, $"{model}/model.safetensors", "model/model.safetensors", cancellation);
        await CopyAsync(store, $"{model}/model.onnx", "model/model.onnx", cancellation);
        await CopyAsync(store, $"{model}/model.json", "model/model.json", cancellation);
        await CopyAsync(store, $"{report}/report.html", "report.html", cancellation);
        await CopyAsync(store, $"{report}/metrics.json", "metrics.json", cancellation);
        await CopyAsync(store, $"{report}/curves.json", "curves.json", cancellation);
        if (await store.ExistsAsync($"{report}/trials.json", cancellation))
            await CopyAsync(store, $"{report}/trials.json", "trials.json", cancellation);
        await CopyAsync(store, $"{report}/{Record}", Record, cancellation);
    }

    /// <summary>Writes one file; <c>run.json</c> is to be the last.</summary>
    public Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        ObjectStore.Open(FullPath).WriteAsync(name, content, cancellation);

    /// <summary>Leaves no trace of a run that could not be done.</summary>
    public void Abandon()
    {
        if (_isNew)
            Directory.Delete(FullPath, recursive: true);
    }

    private static bool HoldsOtherFiles(string folder) =>
        Directory.EnumerateFileSystemEntries(folder).Any(entry => Path.GetFileName(entry) != "store");

    private async Task CopyAsync(ObjectStore store, string key, string name, CancellationToken cancellation)
    {
        using ObjectContent content = await store.ReadAsync(key, cancellation);
        await WriteAsync(name, content.Memory, cancellation);
    }
}
