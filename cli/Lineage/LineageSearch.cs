using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Data.Sampling;
using DaprHep.Hosting;

namespace DaprHep.Cli.Lineage;

/// <summary>Follows a model, a dataset or one of its events back to the ROOT files, through what the objects in the store say of their inputs.</summary>
internal sealed class LineageSearch(CancellationToken cancellation)
{
    private const string Model = "model.json";
    private const string Run = "run.json";

    /// <summary>Where something comes from.</summary>
    /// <param name="what">A model's folder, a run's folder, a dataset, or <c>DATASET#ROW</c>.</param>
    /// <param name="storeUrl">The store of a model that has been copied out of it; null to look for it beside the model.</param>
    /// <exception cref="BadInputException">It is none of these, or its store is not known.</exception>
    public async Task<JsonObject> OfAsync(string what, string? storeUrl)
    {
        int mark = what.LastIndexOf('#');
        string location = mark < 0 ? what : what[..mark];
        (ObjectStore parent, string key) = ObjectStore.OpenAt(location);
        if (mark < 0 && await parent.ExistsAsync($"{key}/{Run}", cancellation))
            return await OfRunAsync(parent, key);
        if (mark < 0 && await parent.ExistsAsync($"{key}/{Model}", cancellation))
            return await OfModelAsync(parent, key, await StoreOfModelAsync(location, storeUrl));
        if (!await parent.ExistsAsync($"{key}/{Dataset.ManifestName}", cancellation))
        {
            throw new BadInputException(
                $"{what}: expected the folder of a model ({Model}), of a run ({Run}) or of a dataset ({Dataset.ManifestName}), or DATASET#ROW");
        }
        (ObjectStore store, string name) = ObjectStore.OpenAt(location, segments: 2);
        Dataset dataset = await Dataset.OpenAsync(store, name, cancellation);
        if (mark < 0)
            return await OfDatasetAsync(store, dataset);
        return long.TryParse(what.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long row) && row < dataset.Rows
            ? await OfRowAsync(store, dataset, row)
            : throw new BadInputException($"{what}: expected a row from 0 to {dataset.Rows - 1} after '#', found '{what[(mark + 1)..]}'");
    }

    private async Task<JsonObject> OfRunAsync(ObjectStore parent, string key)
    {
        JsonObject record = await ReadAsync(parent, $"{key}/{Run}");
        ObjectStore store = ObjectStore.Open(TextOf(record, "store", parent, $"{key}/{Run}"));
        var objects = record["objects"] as JsonObject ?? [];
        var lineage = new JsonObject
        {
            ["run"] = record["run"]?.DeepClone(),
            ["started"] = record["started"]?.DeepClone(),
            ["software"] = record["software"]?.DeepClone(),
            ["parameters"] = record["parameters"]?.DeepClone(),
        };
        string model = TextOf(objects, "model", parent, $"{key}/{Run}");
        lineage["model"] = await OfModelAsync(store, model, store);
        return lineage;
    }

    private async Task<JsonObject> OfModelAsync(ObjectStore place, string key, ObjectStore store)
    {
        JsonObject description = await ReadAsync(place, $"{key}/{Model}");
        var lineage = description["lineage"] as JsonObject ?? [];
        string statistics = TextOf(lineage, "statistics", place, $"{key}/{Model}");
        var parameters = new JsonObject();
        foreach ((string name, JsonNode? value) in lineage)
        {
            if (name is not ("statistics" or "plan" or "software"))
                parameters[name] = value?.DeepClone();
        }
        return new JsonObject
        {
            ["model"] = description["model"]?.DeepClone(),
            ["object"] = key,
            ["weights_sha256"] = description["weights_sha256"]?.DeepClone(),
            ["software"] = lineage["software"]?.DeepClone(),
            ["parameters"] = parameters,
            ["statistics"] = await OfStatisticsAsync(store, statistics),
        };
    }

    private async Task<JsonObject> OfDatasetAsync(ObjectStore store, Dataset dataset)
    {
        JsonObject lineage = Head(dataset);
        string input = dataset.Manifest.Inputs.Count > 0 ? dataset.Manifest.Inputs[0] : "";
        if (dataset.Manifest.Step == TrainingDatasets.Step)
        {
            lineage["statistics"] = await OfStatisticsAsync(store, input);
            return lineage;
        }
        (PartitionPlan plan, SourceFile source) = await FindSourceAsync(store, s => s.Digest == input, $"digest {input}");
        lineage["plan"] = plan.Key;
        lineage["source"] = Of(source);
        return lineage;
    }

    private async Task<JsonObject> OfRowAsync(ObjectStore store, Dataset dataset, long row)
    {
        long before = 0;
        (ulong Id, int Label)? found = null;
        await dataset.ForEachTableAsync(
            table =>
            {
                if (row >= before && row < before + table.Count)
                    found = (table.Ids.Span[(int)(row - before)], table.Labels.Span[(int)(row - before)]);
                before += table.Count;
            },
            cancellation);
        if (found is not { } hit)
            throw new BadInputException($"{dataset.Name}: its parts have {before} rows, its manifest says {dataset.Rows}; delete it and run again");
        uint id = EventIdentity.SourceOf(hit.Id);
        (PartitionPlan plan, SourceFile source) = dataset.Manifest.Step == TrainingDatasets.Step
            ? await FindSourceOfStatisticsAsync(store, dataset.Manifest.Inputs[0], id)
            : await FindSourceAsync(store, s => s.Id == id, $"id {id:x8}");
        JsonObject lineage = Head(dataset);
        lineage["row"] = row;
        lineage["event"] = hit.Id;
        lineage["class"] = hit.Label >= 0 && hit.Label < EventClasses.Names.Count ? EventClasses.Names[hit.Label] : null;
        lineage["entry"] = EventIdentity.EntryOf(hit.Id);
        lineage["plan"] = plan.Key;
        lineage["source"] = Of(source);
        return lineage;
    }

    private async Task<JsonObject> OfStatisticsAsync(ObjectStore store, string key)
    {
        FeatureStatistics statistics = await store.ReadJsonAsync(key, StatisticsJson.Default.FeatureStatistics, cancellation);
        PartitionPlan plan = await PlanObjects.ReadAsync(store, statistics.Plan, cancellation);
        var sources = new JsonArray();
        for (int index = 0; index < plan.Sources.Count; index++)
        {
            JsonObject source = Of(plan.Sources[index]);
            source["events"] = new JsonArray([.. plan.Partitions.Where(p => p.Source == index).Select(p => new JsonObject
            {
                ["dataset"] = EventDatasets.NameOf(plan, p),
                ["entries"] = $"{p.First} to {p.End}",
            })]);
            sources.Add(source);
        }
        return new JsonObject
        {
            ["object"] = key,
            ["store"] = store.Url,
            ["physics"] = statistics.Physics,
            ["seed"] = statistics.Selection.Seed,
            ["train_share"] = statistics.Selection.TrainShare,
            ["train_events"] = statistics.Classes.Sum(c => c.Train),
            ["test_events"] = statistics.Classes.Sum(c => c.Test),
            ["train_shards"] = ShardsOf(key, statistics, DataSplit.Train),
            ["test_shards"] = ShardsOf(key, statistics, DataSplit.Test),
            ["plan"] = plan.Key,
            ["sources"] = sources,
        };
    }

    private async Task<(PartitionPlan Plan, SourceFile Source)> FindSourceOfStatisticsAsync(ObjectStore store, string key, uint id)
    {
        FeatureStatistics statistics = await store.ReadJsonAsync(key, StatisticsJson.Default.FeatureStatistics, cancellation);
        PartitionPlan plan = await PlanObjects.ReadAsync(store, statistics.Plan, cancellation);
        return plan.Sources.FirstOrDefault(source => source.Id == id) is { } source
            ? (plan, source)
            : throw new BadInputException($"{plan.Key}: has no file of id {id:x8}, which the event names; the dataset is not of this store");
    }

    // An event dataset knows its file by the digest; which file that was is in a plan.
    private async Task<(PartitionPlan Plan, SourceFile Source)> FindSourceAsync(ObjectStore store, Func<SourceFile, bool> isIt, string name)
    {
        const string Head = "/plan.json";
        await foreach (ObjectEntry entry in store.ListAsync("plans/", cancellation))
        {
            if (!entry.Key.EndsWith(Head, StringComparison.Ordinal))
                continue;
            PartitionPlan plan = await PlanObjects.ReadAsync(store, entry.Key[..^Head.Length], cancellation);
            if (plan.Sources.FirstOrDefault(isIt) is { } source)
                return (plan, source);
        }
        throw new BadInputException($"{store.Url}: no plan has a file of {name}; the run that converted it has been removed from the store");
    }

    // A model in a store is STORE/models/HASH; one that a run left is OUT/model, beside OUT/run.json.
    private async Task<ObjectStore> StoreOfModelAsync(string location, string? storeUrl)
    {
        if (storeUrl is not null)
            return ObjectStore.Open(storeUrl);
        (ObjectStore beside, string key) = ObjectStore.OpenAt(location, segments: 2);
        if (key.StartsWith("models/", StringComparison.Ordinal))
            return beside;
        (ObjectStore folder, _) = ObjectStore.OpenAt(location);
        if (await folder.ExistsAsync(Run, cancellation))
            return ObjectStore.Open(TextOf(await ReadAsync(folder, Run), "store", folder, Run));
        throw new BadInputException($"{location}: which store the model comes from is not known here; give it with --store URL");
    }

    private async Task<JsonObject> ReadAsync(ObjectStore store, string key)
    {
        using ObjectContent content = await store.ReadAsync(key, cancellation);
        try
        {
            return JsonNode.Parse(content.Memory.Span) as JsonObject ?? throw new JsonException("it is no object");
        }
        catch (JsonException e)
        {
            throw new ObjectStoreException(store.Url, key, $"expected a JSON object: {e.Message}", e);
        }
    }

    private static string TextOf(JsonObject document, string name, ObjectStore store, string key) =>
        document[name] is JsonValue value && value.TryGetValue(out string? text)
            ? text
            : throw new ObjectStoreException(store.Url, key, $"expected the name of an object at '{name}', found {document[name]?.ToJsonString() ?? "nothing"}");

    private static JsonObject Head(Dataset dataset) => new()
    {
        ["dataset"] = dataset.Name,
        ["step"] = dataset.Manifest.Step,
        ["version"] = dataset.Manifest.StepVersion,
        ["software"] = dataset.Manifest.Software,
        ["rows"] = dataset.Rows,
        ["parameters"] = new JsonObject(dataset.Manifest.Parameters.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
    };

    private static JsonObject Of(SourceFile source) => new()
    {
        ["url"] = source.Url,
        ["tree"] = source.Tree,
        ["bytes"] = source.Bytes,
        ["entries"] = source.Entries,
        ["class"] = source.Label >= 0 && source.Label < EventClasses.Names.Count ? EventClasses.Names[source.Label] : null,
        ["split"] = source.Split.ToString(),
        ["digest"] = source.Digest,
        ["sha256"] = source.Sha256,
    };

    private static JsonArray ShardsOf(string key, FeatureStatistics statistics, DataSplit split) =>
        [.. Enumerable.Range(0, statistics.Selection.ShardsOf(split)).Select(index => (JsonNode)TrainingDatasets.NameOf(key, split, index))];
}
