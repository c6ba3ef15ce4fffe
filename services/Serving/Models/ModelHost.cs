using System.Collections.Frozen;
using DaprHep.Data.Objects;
using DaprHep.Serving.Catalogue;

namespace DaprHep.Serving.Models;

/// <summary>
/// The models that this process answers with. A request takes one once and keeps it to its end, so that a swap fails no request: who came
/// before it ends with the old version, who comes after it has the new one.
/// </summary>
internal sealed class ModelHost(ILogger<ModelHost> logger)
{
    private volatile FrozenDictionary<string, LoadedModel> _models = FrozenDictionary<string, LoadedModel>.Empty;

    /// <summary>The models, by name.</summary>
    public IReadOnlyList<LoadedModel> All => [.. _models.Values.OrderBy(model => model.Model.Name, StringComparer.Ordinal)];

    /// <summary>A model by its name; null where there is none.</summary>
    public LoadedModel? Find(string name) => _models.GetValueOrDefault(name);

    /// <summary>Serves one model and nothing else.</summary>
    public void Take(LoadedModel model) =>
        _models = new Dictionary<string, LoadedModel> { [model.Model.Name] = model }.ToFrozenDictionary();

    /// <summary>
    /// Takes over what a catalogue says: new versions are loaded, then all models change at once. A version that can't be loaded leaves the
    /// one in its place that was served before; in a process that has served none, that is the newest of those before it that can be loaded.
    /// </summary>
    /// <exception cref="ObjectStoreException">The store can't be read; nothing has changed.</exception>
    public async Task TakeAsync(ObjectStore store, ServingCatalogue catalogue, CancellationToken cancellation)
    {
        var models = new Dictionary<string, LoadedModel>();
        foreach (ServedModel model in catalogue.Models)
            models.Add(model.Name, await LoadAsync(store, model, Find(model.Name), cancellation));
        _models = models.ToFrozenDictionary();
    }

    private async Task<LoadedModel> LoadAsync(ObjectStore store, ServedModel model, LoadedModel? before, CancellationToken cancellation)
    {
        var problems = new List<string>();
        LoadedVersion? serving = await VersionAsync(model.Serving) ?? before?.Serving;
        for (int i = model.Served.Count - 2; serving is null && i >= 0; i--)
            serving = await VersionAsync(model.Served[i]);
        LoadedVersion? canary = await VersionAsync(model.Canary?.Version), shadow = await VersionAsync(model.Shadow);
        return new LoadedModel(model, serving, canary, shadow, problems.Count > 0 ? string.Join("; ", problems) : null);

        async Task<LoadedVersion?> VersionAsync(string? name)
        {
            if (model.Find(name) is not { } version)
                return null;
            LoadedVersion?[] loaded = [before?.Serving, before?.Canary, before?.Shadow];
            if (loaded.FirstOrDefault(other => other?.Version.IsSame(version) == true) is { } same)
                return same;
            try
            {
                LoadedVersion fresh = await VersionLoading.LoadAsync(store, version, cancellation);
                await WarmUp.RunAsync(fresh);
                return fresh;
            }
            catch (UnservableVersionException e)
            {
                if (before?.Problem?.Contains(e.Message, StringComparison.Ordinal) != true)
                    logger.LogError("{Model}: {Reason}", model.Name, e.Message);
                problems.Add(e.Message);
                return null;
            }
        }
    }
}
