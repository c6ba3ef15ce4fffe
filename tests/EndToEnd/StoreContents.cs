using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;

namespace DaprHep.EndToEnd.Tests;

/// <summary>What a store holds, looked at from outside.</summary>
internal static class StoreContents
{
    /// <summary>
    /// Digests of all parts that manifests name, each found to be that of its bytes: no manifest points at a missing or another object.
    /// </summary>
    public static async Task<Dictionary<string, string>> DigestsAsync(ObjectStore store)
    {
        var digests = new Dictionary<string, string>();
        List<string> manifests = await store.ListAsync("").Select(entry => entry.Key)
            .Where(key => key.EndsWith($"/{Dataset.ManifestName}", StringComparison.Ordinal)).ToListAsync();
        foreach (string name in manifests.Select(key => key[..^(Dataset.ManifestName.Length + 1)]))
        {
            Dataset dataset = await Dataset.OpenAsync(store, name);
            await dataset.VerifyAsync();
            foreach (DatasetPart part in dataset.Manifest.Parts)
                digests.Add($"{name}/{part.Name}", part.Sha256);
        }
        return digests;
    }
}
