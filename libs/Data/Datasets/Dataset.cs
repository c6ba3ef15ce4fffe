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

    // Of a file that is read in place, so much is held before its memory is given back.
    private const long HeldBytes = 16 << 20;

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
    /// <param name="part">The part.</param>
    /// <param name="verify">Whether what is read in place is checked against the digest as well.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="ObjectStoreException">The part is missing or altered.</exception>
    public async Task<ObjectContent> ReadPartAsync(DatasetPart part, bool verify, CancellationToken cancellation = default)
    {
        string key = $"{Name}/{part.Name}";
        ObjectContent content = await _store.ReadAsync(key, cancellation).ConfigureAwait(false);
        if (content.Memory.Length == part.Bytes && ((content.IsInPlace && !verify) || DigestOf(content) == part.Sha256))
            return content;
        using (content)
        {
            string problem = content.Memory.Length == part.Bytes
                ? $"has SHA-256 {DigestOf(content)}; its manifest says {part.Sha256}: delete the dataset {Name} and run again"
                : $"has {content.Memory.Length:N0} bytes; its manifest says {part.Bytes:N0}: delete the dataset {Name} and run again";
            throw new ObjectStoreException(_store.Url, key, problem, null, ObjectStoreProblem.Damaged);
        }
    }

    /// <inheritdoc cref="ReadPartAsync(DatasetPart, bool, CancellationToken)"/>
    public Task<ObjectContent> ReadPartAsync(DatasetPart part, CancellationToken cancellation = default) =>
        ReadPartAsync(part, verify: false, cancellation);

    /// <summary>Calls <paramref name="visit"/> for every record batch, part after part; the table is valid during the call only.</summary>
    /// <exception cref="ObjectStoreException">A part is missing or altered.</exception>
    public Task ForEachTableAsync(Action<EventTable> visit, CancellationToken cancellation = default) =>
        ForEachTableAsync(visit, verify: false, cancellation);

    /// <inheritdoc cref="ForEachTableAsync(Action{EventTable}, CancellationToken)"/>
    /// <param name="visit">What to do with a record batch.</param>
    /// <param name="verify">Whether a part is compared with its digest before its first batch is given, wherever it lies.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public async Task ForEachTableAsync(Action<EventTable> visit, bool verify, CancellationToken cancellation = default)
    {
        foreach (DatasetPart part in Manifest.Parts)
        {
            using ObjectContent content = await ReadPartAsync(part, verify, cancellation).ConfigureAwait(false);
            long held = 0;
            foreach (EventTable table in EventFile.Read($"{Name}/{part.Name}", content.Memory))
            {
                cancellation.ThrowIfCancellationRequested();
                visit(table);
                held += table.Bytes;
                if (held < HeldBytes)
                    continue;
                content.Forget();
                held = 0;
            }
        }
    }

    /// <summary>Whether every part has the SHA-256 that the manifest gives.</summary>
    /// <exception cref="ObjectStoreException">A part is missing or altered.</exception>
    public async Task VerifyAsync(CancellationToken cancellation = default)
    {
        foreach (DatasetPart part in Manifest.Parts)
        {
            using ObjectContent content = await ReadPartAsync(part, verify: true, cancellation).ConfigureAwait(false);
        }
    }

    private static string DigestOf(ObjectContent content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ReadOnlySpan<byte> bytes = content.Memory.Span;
        for (int length; !bytes.IsEmpty; bytes = bytes[length..])
        {
            length = (int)Math.Min(HeldBytes, bytes.Length);
            hash.AppendData(bytes[..length]);
            content.Forget();
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
