using System.Security.Cryptography;
using System.Text.Json;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;

namespace DaprHep.Data.Datasets;

/// <summary>A committed dataset: a manifest and the event files it names.</summary>
public sealed class Dataset
{
    /// <summary>Object name of a manifest below the dataset's prefix.</summary>
    public const string ManifestName = "manifest.json";

    private readonly ObjectStore _store;

    private Dataset(ObjectStore store, string name, DatasetManifest manifest)
    {
        _store = store;
        Name = name;
        Manifest = manifest;
    }

    /// <summary>The dataset's prefix in the store.</summary>
    public string Name { get; }

    /// <summary>What the dataset is.</summary>
    public DatasetManifest Manifest { get; }

    /// <summary>Events in all parts.</summary>
    public long Rows => Manifest.Parts.Sum(part => part.Rows);

    /// <summary>Opens a dataset that must be there.</summary>
    /// <exception cref="ObjectStoreException">There is no such dataset, or its manifest is damaged.</exception>
    public static async Task<Dataset> OpenAsync(ObjectStore store, string name, CancellationToken cancellation = default) =>
        new(store, name, await store.ReadJsonAsync($"{name}/{ManifestName}", DatasetJson.Default.DatasetManifest, cancellation).ConfigureAwait(false));

    /// <summary>Opens a dataset, or gives null where it has not been committed.</summary>
    public static async Task<Dataset?> FindAsync(ObjectStore store, string name, CancellationToken cancellation = default) =>
        await store.ExistsAsync($"{name}/{ManifestName}", cancellation).ConfigureAwait(false)
            ? await OpenAsync(store, name, cancellation).ConfigureAwait(false)
            : null;

    /// <summary>Commits a dataset whose parts have been written, unless it has been committed already.</summary>
    /// <returns>The dataset that is there: its name says what it holds, so it does not matter who wrote it.</returns>
    public static async Task<Dataset> CommitAsync(ObjectStore store, string name, DatasetManifest manifest, CancellationToken cancellation = default)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(manifest, DatasetJson.Default.DatasetManifest);
        return await store.TryWriteAsync($"{name}/{ManifestName}", json, cancellation).ConfigureAwait(false)
            ? new Dataset(store, name, manifest)
            : await OpenAsync(store, name, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// The bytes of one part, checked against the size in the manifest; those that came over a network against the digest, too.
    /// </summary>
    /// <exception cref="ObjectStoreException">The part is missing or altered.</exception>
    public async Task<ObjectContent> ReadPartAsync(DatasetPart part, CancellationToken cancellation = default)
    {
        string key = $"{Name}/{part.Name}";
        ObjectContent content = await _store.ReadAsync(key, cancellation).ConfigureAwait(false);
        if (content.Memory.Length == part.Bytes && (content.IsInPlace || DigestOf(content) == part.Sha256))
            return content;
        using (content)
        {
            string problem = content.Memory.Length == part.Bytes
                ? $"has SHA-256 {DigestOf(content)}; its manifest says {part.Sha256}: delete the dataset {Name} and run again"
                : $"has {content.Memory.Length:N0} bytes; its manifest says {part.Bytes:N0}: delete the dataset {Name} and run again";
            throw new ObjectStoreException(_store.Url, key, problem, null, ObjectStoreProblem.Damaged);
        }
    }

    /// <summary>Calls <paramref name="visit"/> for every record batch, part after part; the table is valid during the call only.</summary>
    public async Task ForEachTableAsync(Action<EventTable> visit, CancellationToken cancellation = default)
    {
        foreach (DatasetPart part in Manifest.Parts)
        {
            using ObjectContent content = await ReadPartAsync(part, cancellation).ConfigureAwait(false);
            foreach (EventTable table in EventFile.Read($"{Name}/{part.Name}", content.Memory))
            {
                cancellation.ThrowIfCancellationRequested();
                visit(table);
            }
        }
    }

    /// <summary>Whether every part has the SHA-256 that the manifest gives.</summary>
    /// <exception cref="ObjectStoreException">A part is missing or altered.</exception>
    public async Task VerifyAsync(CancellationToken cancellation = default)
    {
        foreach (DatasetPart part in Manifest.Parts)
        {
            using ObjectContent content = await ReadPartAsync(part, cancellation).ConfigureAwait(false);
            string found = DigestOf(content);
            if (found != part.Sha256)
            {
                throw new ObjectStoreException(
                    _store.Url, $"{Name}/{part.Name}", $"SHA-256 is {found}; its manifest says {part.Sha256}", null, ObjectStoreProblem.Damaged);
            }
        }
    }

    private static string DigestOf(ObjectContent content) => Convert.ToHexStringLower(SHA256.HashData(content.Memory.Span));
}
