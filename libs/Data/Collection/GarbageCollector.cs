using System.Text;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Data.Sampling;

namespace DaprHep.Data.Collection;

/// <summary>
/// Finds what no run needs, and takes it away. Needed is what a document outside content names (a run's record, the catalogue of served
/// models) names, what was written lately, and what these lead to: whatever a needed document names, the events of a plan, the shards
/// of statistics. A run begins with a sign that names its plan (<see cref="RunStart"/>); one written lately stands for a run that may be
/// under way, and so does a plan written lately: all that could be made from it is needed, too. An old sign says nothing.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="since">What was written at this time or later is needed, and what was written since an unfinished run of the last day began.</param>
public sealed class GarbageCollector(ObjectStore store, DateTimeOffset since)
{
    private const string Plans = "plans";
    private const string Statistics = "statistics";
    private const string Studies = "studies";

    // Without the names of what they were made from, or so small that it does not matter.
    private static readonly string[] KeptWithYoungPlans = ["evaluations", "gates", Studies];

    // A run that has no record after so long is taken for one that failed.
    private static readonly TimeSpan LongestRun = TimeSpan.FromDays(1);

    private readonly Dictionary<string, ObjectGroup> _groups = [];
    private readonly HashSet<string> _needed = [];
    private readonly HashSet<string> _begun = [];
    private readonly Dictionary<string, DateTimeOffset> _signs = [];
    private readonly Queue<ObjectGroup> _toFollow = new();
    private DateTimeOffset _since;

    /// <summary>Finds the garbage; nothing is changed.</summary>
    /// <exception cref="ObjectStoreException">The store can't be read, or a document in it is damaged, so that what is needed can't be told.</exception>
    public async Task<Garbage> FindAsync(CancellationToken cancellation = default)
    {
        _groups.Clear();
        _needed.Clear();
        _begun.Clear();
        _signs.Clear();
        var documents = new List<ObjectEntry>();
        var members = new Dictionary<string, List<ObjectEntry>>();
        await foreach (ObjectEntry entry in store.ListAsync("", cancellation).ConfigureAwait(false))
        {
            if (ObjectGroup.NameOf(entry.Key) is not { } name)
                documents.Add(entry);
            else if (members.TryGetValue(name, out List<ObjectEntry>? objects))
                objects.Add(entry);
            else
                members.Add(name, [entry]);
        }
        foreach ((string name, List<ObjectEntry> objects) in members)
            _groups.Add(name, new ObjectGroup(name, objects));

        _since = KeptSince(documents);
        foreach (ObjectEntry document in documents.Where(entry => entry.Key.EndsWith(".json", StringComparison.Ordinal)))
        {
            bool isSign = RunStart.IsAt(document.Key);
            if (isSign)
                _signs.Add(document.Key, document.Modified);
            if (isSign && document.Modified < _since)
                continue;
            IReadOnlyList<string> named = await NamesInAsync(document.Key, cancellation).ConfigureAwait(false);
            foreach (string name in named)
                Need(name);
            if (isSign)
                _begun.UnionWith(named);
        }
        foreach (ObjectGroup young in _groups.Values.Where(group => group.Modified >= _since))
            Need(young.Name);
        await NeedWhatMayBeMadeAsync(cancellation).ConfigureAwait(false);
        await FollowAllAsync(cancellation).ConfigureAwait(false);
        // Runs do not name their searches; the same search on the same statistics is not to be done again.
        foreach (ObjectGroup study in _groups.Values.Where(group => group.Step == Studies))
        {
            if ((await NamesInAsync(study, cancellation).ConfigureAwait(false)).Any(_needed.Contains))
                Need(study.Name);
        }
        await FollowAllAsync(cancellation).ConfigureAwait(false);

        return new Garbage(
            [.. _groups.Values.Where(group => !_needed.Contains(group.Name)).OrderBy(g => g.Rank).ThenBy(g => g.Name, StringComparer.Ordinal)],
            [.. _groups.Values.Where(group => _needed.Contains(group.Name))],
            await store.UnfinishedAsync(_since, delete: false, cancellation).ConfigureAwait(false),
            DateTimeOffset.UtcNow);
    }

    /// <summary>Takes the garbage away, unless a run has begun since it was found.</summary>
    /// <param name="garbage">What <see cref="FindAsync"/> has found.</param>
    /// <param name="deleted">Told of each group that is gone.</param>
    /// <param name="cancellation">Ends the work early; what is there then is whole.</param>
    /// <returns>Whether all of it is gone; false where a run has begun.</returns>
    /// <exception cref="ObjectStoreException">The store can't be read or written.</exception>
    public async Task<bool> DeleteAsync(Garbage garbage, Action<ObjectGroup> deleted, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(garbage);
        Dictionary<string, DateTimeOffset> known = _groups.Values.Where(group => group.Step == Plans)
            .Select(group => KeyValuePair.Create(group.Name, group.Modified)).Concat(_signs).ToDictionary();
        if (await HasOneBegunAsync(known, cancellation).ConfigureAwait(false))
            return false;
        foreach (ObjectGroup group in garbage.Groups)
        {
            if (await HasOneBegunAsync(known, cancellation).ConfigureAwait(false))
                return false;
            foreach (ObjectEntry entry in group.InOrderOfDeletion)
                await store.DeleteAsync(entry.Key, cancellation).ConfigureAwait(false);
            deleted(group);
        }
        await store.UnfinishedAsync(_since, delete: true, cancellation).ConfigureAwait(false);
        return true;
    }

    // Whether there is a plan or a sign of a run that is not known, or a newer one.
    private async Task<bool> HasOneBegunAsync(Dictionary<string, DateTimeOffset> known, CancellationToken cancellation)
    {
        IAsyncEnumerable<(string Name, DateTimeOffset Modified)> now = store.ListAsync($"{Plans}/", cancellation)
            .Select(entry => (ObjectGroup.NameOf(entry.Key) ?? "", entry.Modified))
            .Concat(RunStart.ListAsync(store, cancellation).Select(entry => (entry.Key, entry.Modified)));
        await foreach ((string name, DateTimeOffset modified) in now.ConfigureAwait(false))
        {
            if (name.Length > 0 && (!known.TryGetValue(name, out DateTimeOffset before) || before < modified))
                return true;
        }
        return false;
    }

    private DateTimeOffset KeptSince(IReadOnlyList<ObjectEntry> documents)
    {
        Dictionary<string, DateTimeOffset> written = documents.ToDictionary(document => document.Key, document => document.Modified);
        DateTimeOffset youngest = DateTimeOffset.UtcNow - LongestRun;
        // A record that is older than the sign is that of a run before of the same name.
        bool HasEnded(ObjectEntry sign) => written.TryGetValue(RunStart.RecordOf(sign.Key), out DateTimeOffset end) && end >= sign.Modified;
        return documents.Where(document => RunStart.IsAt(document.Key) && document.Modified >= youngest && !HasEnded(document))
            .Select(sign => sign.Modified).Append(since).Min();
    }

    private void Need(string name)
    {
        if (_groups.TryGetValue(name, out ObjectGroup? group) && _needed.Add(name))
            _toFollow.Enqueue(group);
    }

    private bool IsUnderWay(ObjectGroup group) => group.Step == Plans && (group.Modified >= _since || _begun.Contains(group.Name));

    // The way back: statistics name their plan, and models their statistics.
    private async Task NeedWhatMayBeMadeAsync(CancellationToken cancellation)
    {
        HashSet<string> made = [.. _groups.Values.Where(IsUnderWay).Select(group => group.Name)];
        if (made.Count == 0)
            return;
        foreach (ObjectGroup small in _groups.Values.Where(group => KeptWithYoungPlans.Contains(group.Step)))
            Need(small.Name);
        foreach (string step in (string[])[Statistics, "models"])
        {
            foreach (ObjectGroup group in _groups.Values.Where(group => group.Step == step).ToList())
            {
                if (!(await NamesInAsync(group, cancellation).ConfigureAwait(false)).Any(made.Contains))
                    continue;
                made.Add(group.Name);
                Need(group.Name);
                Need($"checkpoints/{group.Name}");
            }
        }
    }

    private async Task FollowAllAsync(CancellationToken cancellation)
    {
        while (_toFollow.TryDequeue(out ObjectGroup? group))
            await FollowAsync(group, cancellation).ConfigureAwait(false);
    }

    private async Task FollowAsync(ObjectGroup group, CancellationToken cancellation)
    {
        foreach (string name in await NamesInAsync(group, cancellation).ConfigureAwait(false))
            Need(name);
        if (group.Step == Plans && group.Objects.Any(entry => entry.Key.EndsWith("/plan.json", StringComparison.Ordinal)))
        {
            PartitionPlan plan = await PlanObjects.ReadAsync(store, group.Name, cancellation).ConfigureAwait(false);
            foreach (Partition partition in plan.Partitions)
                Need(EventDatasets.NameOf(plan, partition));
        }
        else if (group.Step == Statistics)
        {
            await FollowStatisticsAsync(group.Objects[0].Key, cancellation).ConfigureAwait(false);
        }
    }

    private async Task FollowStatisticsAsync(string key, CancellationToken cancellation)
    {
        FeatureStatistics statistics = await store.ReadJsonAsync(key, StatisticsJson.Default.FeatureStatistics, cancellation).ConfigureAwait(false);
        SampleSelection selection = statistics.Selection;
        string[] shards =
        [
            .. Enumerable.Range(0, selection.TrainShards).Select(index => TrainingDatasets.NameOf(key, DataSplit.Train, index)),
            .. Enumerable.Range(0, selection.TestShards).Select(index => TrainingDatasets.NameOf(key, DataSplit.Test, index)),
        ];
        foreach (string shard in shards)
            Need(shard);
        // Scattered events are a step on the way to shards, and of no use when these are there.
        ObjectGroup? made = _groups.GetValueOrDefault(statistics.Plan);
        if (made is null || (shards.All(_groups.ContainsKey) && !IsUnderWay(made)))
            return;
        PartitionPlan plan = await PlanObjects.ReadAsync(store, statistics.Plan, cancellation).ConfigureAwait(false);
        foreach (Partition partition in plan.Partitions)
            Need(ScatteredEvents.NameOf(key, EventDatasets.NameOf(plan, partition)));
    }

    private async Task<HashSet<string>> NamesInAsync(ObjectGroup group, CancellationToken cancellation)
    {
        var names = new HashSet<string>();
        foreach (ObjectEntry entry in group.Objects.Where(entry => entry.Key.EndsWith(".json", StringComparison.Ordinal)))
            names.UnionWith(await NamesInAsync(entry.Key, cancellation).ConfigureAwait(false));
        return names;
    }

    // A document that has gone since it was listed names nothing: a training takes its checkpoints away when it ends.
    private async Task<IReadOnlyList<string>> NamesInAsync(string document, CancellationToken cancellation)
    {
        try
        {
            using ObjectContent content = await store.ReadAsync(document, cancellation).ConfigureAwait(false);
            return [.. ObjectGroup.NamesIn(Encoding.UTF8.GetString(content.Memory.Span))];
        }
        catch (ObjectStoreException e) when (e.Kind == ObjectStoreProblem.NoObject)
        {
            if (await store.ListAsync(document, cancellation).AnyAsync(entry => entry.Key == document, cancellation).ConfigureAwait(false))
                throw;
            return [];
        }
    }
}
