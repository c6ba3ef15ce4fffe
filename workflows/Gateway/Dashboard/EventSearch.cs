using System.Globalization;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Data.Sampling;
using DaprHep.Learning.Inference;
using DaprHep.Learning.Report;
using DaprHep.Physics;

namespace DaprHep.Gateway.Dashboard;

/// <summary>Finds events of a run in its store, and asks the run's model about them.</summary>
internal static class EventSearch
{
    private const double JetRadius = 0.4;
    private const double LeastJetPt = 20;
    private const int EventsOfAClass = 2000;

    /// <summary>One event; null where the run has none of that id.</summary>
    /// <param name="store">The run's store.</param>
    /// <param name="run">Name of the run.</param>
    /// <param name="planKey">Prefix of the plan's objects.</param>
    /// <param name="model">Prefix of the model's objects.</param>
    /// <param name="id">The event's id.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public static async Task<EventDocument?> FindAsync(
        ObjectStore store, string run, string planKey, string model, ulong id, CancellationToken cancellation)
    {
        PartitionPlan plan = await PlanObjects.ReadAsync(store, planKey, cancellation);
        (uint source, uint entry) = (EventIdentity.SourceOf(id), EventIdentity.EntryOf(id));
        Partition? partition = plan.Partitions.FirstOrDefault(
            one => plan.Sources[one.Source].Id == source && one.First <= entry && entry < one.End);
        if (partition is null || await ReadAsync(store, plan, partition, id, cancellation) is not var (label, hlf, particles))
            return null;
        Predictor predictor = await Predictor.LoadAsync(store, model, cancellation);
        float[][][] distributions = await DistributionsAsync(store, plan, cancellation);
        return new EventDocument
        {
            Run = run,
            Event = id.ToString(CultureInfo.InvariantCulture),
            File = plan.Sources[partition.Source].Url,
            Entry = entry,
            Class = label >= 0 ? EventClasses.Names[label] : null,
            Classes = EventClasses.Names,
            Features = [.. hlf.Select((value, k) => FeatureOf(HlfColumns.Names[k], value, distributions[k]))],
            Particles = [.. Enumerable.Range(0, particles.Length / ParticleColumns.Count).Select(row => ParticleOf(particles, row))],
            Jets = [.. AntiKtJets.Find(particles, JetRadius, LeastJetPt).Select(jet => new EventJet(jet.Pt, jet.Eta, jet.Phi, jet.Constituents.Count))],
            Explanation = Occlusion.Explain(predictor, hlf, particles),
        };
    }

    private static async Task<(int Label, float[] Hlf, float[] Particles)?> ReadAsync(
        ObjectStore store, PartitionPlan plan, Partition partition, ulong id, CancellationToken cancellation)
    {
        (int, float[], float[])? found = null;
        Dataset events = await EventDatasets.OpenAsync(store, plan, partition, cancellation);
        await events.ForEachTableAsync(
            table =>
            {
                int row = table.Ids.Span.IndexOf(id);
                if (row >= 0)
                    found = (table.Labels.Span[row], table.HlfOf(row).ToArray(), table.ParticlesOf(row).ToArray());
            },
            cancellation);
        return found;
    }

    // By feature, by class: values of the first events of each class.
    private static async Task<float[][][]> DistributionsAsync(ObjectStore store, PartitionPlan plan, CancellationToken cancellation)
    {
        List<float>[][] values = [.. HlfColumns.Names.Select(_ => EventClasses.Names.Select(_ => new List<float>()).ToArray())];
        foreach (Partition partition in plan.Partitions.Where(partition => partition.Label >= 0))
        {
            if (values[0][partition.Label].Count >= EventsOfAClass)
                continue;
            Dataset events = await EventDatasets.OpenAsync(store, plan, partition, cancellation);
            await events.ForEachTableAsync(
                table =>
                {
                    for (int row = 0; row < table.Count && values[0][partition.Label].Count < EventsOfAClass; row++)
                    {
                        ReadOnlySpan<float> hlf = table.HlfOf(row);
                        for (int k = 0; k < hlf.Length; k++)
                            values[k][partition.Label].Add(hlf[k]);
                    }
                },
                cancellation);
        }
        return [.. values.Select(byClass => byClass.Select(list => list.ToArray()).ToArray())];
    }

    private static EventFeature FeatureOf(string name, float value, float[][] valuesByClass)
    {
        Histogram histogram = Histogram.Of(name, "", valuesByClass);
        return new EventFeature(name, value, histogram.Edges, [.. histogram.Counts.Select(counts =>
        {
            double sum = counts.Sum();
            return (IReadOnlyList<double>)[.. counts.Select(count => sum > 0 ? Math.Round(count / sum, 6) : 0)];
        })]);
    }

    private static EventParticle ParticleOf(float[] particles, int row)
    {
        ReadOnlySpan<float> one = particles.AsSpan(row * ParticleColumns.Count, ParticleColumns.Count);
        string kind = one[ParticleColumns.IsEle] > 0 ? "electron"
            : one[ParticleColumns.IsMu] > 0 ? "muon"
            : one[ParticleColumns.IsChHad] > 0 ? "track"
            : one[ParticleColumns.IsGamma] > 0 ? "photon"
            : "neutral hadron";
        return new EventParticle(kind, one[ParticleColumns.Pt], one[ParticleColumns.Eta], one[ParticleColumns.Phi]);
    }
}
