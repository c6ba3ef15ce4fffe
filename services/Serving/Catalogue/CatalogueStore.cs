using System.Globalization;
using System.Text.Json;
using DaprHep.Data.Objects;

namespace DaprHep.Serving.Catalogue;

/// <summary>
/// The catalogue in the object store: <c>serving/revision-0000000012.json</c>, one object a revision. A change writes the next revision,
/// which the store accepts from one writer only; who comes second reads again and tries anew. So a change is whole or not there, and
/// none is lost, however many replicas make them.
/// </summary>
internal sealed class CatalogueStore(ObjectStore store)
{
    private const string Prefix = "serving/revision-";
    private const int KeptRevisions = 50;
    private const int Attempts = 100;

    /// <summary>The object store.</summary>
    public ObjectStore Objects => store;

    /// <summary>The newest revision.</summary>
    /// <exception cref="ObjectStoreException">The store can't be read.</exception>
    public async Task<ServingCatalogue> ReadAsync(CancellationToken cancellation)
    {
        string? newest = null;
        await foreach (ObjectEntry entry in store.ListAsync(Prefix, cancellation))
            newest = entry.Key;
        return newest is null ? ServingCatalogue.Empty : await ReadAsync(newest, cancellation);
    }

    /// <summary>What follows a revision; null when it still is the newest.</summary>
    /// <exception cref="ObjectStoreException">The store can't be read.</exception>
    public async Task<ServingCatalogue?> ReadAfterAsync(ServingCatalogue known, CancellationToken cancellation)
    {
        bool isOld = await store.ExistsAsync(KeyOf(known.Revision + 1), cancellation)
            || (known.Revision > 0 && !await store.ExistsAsync(KeyOf(known.Revision), cancellation));
        return isOld ? await ReadAsync(cancellation) : null;
    }

    /// <summary>Changes the catalogue.</summary>
    /// <param name="change">Gives the new catalogue from the newest; null for no change. It may be asked several times.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <returns>The catalogue that holds now.</returns>
    /// <exception cref="ObjectStoreException">The store can't be read or written.</exception>
    public async Task<ServingCatalogue> UpdateAsync(Func<ServingCatalogue, ServingCatalogue?> change, CancellationToken cancellation)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            ServingCatalogue newest = await ReadAsync(cancellation);
            if (change(newest) is not { } changed)
                return newest;
            ServingCatalogue next = changed with { Revision = newest.Revision + 1 };
            byte[] content = JsonSerializer.SerializeToUtf8Bytes(next, ServingJson.Default.ServingCatalogue);
            if (await store.TryWriteAsync(KeyOf(next.Revision), content, cancellation))
            {
                await ForgetAsync(next.Revision - KeptRevisions);
                return next;
            }
        }
        throw new ObjectStoreException(store.Url, Prefix, $"was changed by others {Attempts} times while this change was made; try again");
    }

    // The change is made; whoever is told that it failed would make it twice. What stays does no harm.
    private async Task ForgetAsync(long revision)
    {
        if (revision <= 0)
            return;
        try
        {
            await store.DeleteAsync(KeyOf(revision), CancellationToken.None);
        }
        catch (ObjectStoreException)
        {
            // It stays.
        }
    }

    private Task<ServingCatalogue> ReadAsync(string key, CancellationToken cancellation) =>
        store.ReadJsonAsync(key, ServingJson.Default.ServingCatalogue, cancellation);

    private static string KeyOf(long revision) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{revision:D10}.json");
}
