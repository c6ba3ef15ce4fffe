using System.Text.Json;
using DaprHep.Data.Datasets;

namespace DaprHep.Physics.Tests;

/// <summary>Order, standardisation and scaling of real events.</summary>
public sealed class FeatureStageTests
{
    private static readonly string[] FileOfLabel = ["qcd/qcd_0.root", "ttbar/ttbar_0.root", "wjets/wlnu_0.root"];

    [Theory]
    [InlineData(PhysicsProfile.Standard)]
    [InlineData(PhysicsProfile.Cern2019)]
    public void Sequences_of_the_samples_are_those_of_the_plainest_implementation(PhysicsProfile profile)
    {
        foreach (var path in Directory.GetFiles(Repository.Samples, "*_a.root", SearchOption.AllDirectories).Order())
        {
            var selection = Converted.File(path, profile, entries: 40);
            selection.Count.ShouldBeGreaterThan(10);
            for (var i = 0; i < selection.Count; i++)
            {
                Agreement.ShouldAgree<double>(
                    WholeSequence.Of(profile, selection.ParticlesOf(i)), PlainSequence(profile, selection.ParticlesOf(i).ToArray()),
                    ParticleColumns.Names, 1e-6, $"{Path.GetFileName(path)}, entry {selection.Ids[i]}");
            }
        }
    }

    [Theory]
    [InlineData(PhysicsProfile.Standard)]
    [InlineData(PhysicsProfile.Cern2019)]
    public void Feature_ranges_scaled_features_and_sequences_are_those_of_the_reference_where_it_is_at_hand(PhysicsProfile profile)
    {
        if (Repository.Shared is not { } shared)
            return;
        var folder = Path.Combine(shared, "golden", profile.Name());
        using var ranges = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "hlf_minmax.json")));
        double[] Values(string name) => [.. ranges.RootElement.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];
        ranges.RootElement.GetProperty("names").EnumerateArray().Select(name => name.GetString()).ShouldBe(HlfColumns.Names);

        var training = Path.Combine(shared, "delphes", "nopu", "train");
        TopologyEvents[] selections = [.. FileOfLabel.Select(file => Converted.File(Path.Combine(training, file), profile, entries: 1000))];
        var fitted = new MinMaxScaling(HlfColumns.Count);
        foreach (var selection in selections)
            fitted.Include(selection.Hlf);
        for (var column = 0; column < HlfColumns.Count; column++)
        {
            var name = HlfColumns.Names[column];
            Agreement.Within(fitted.Minimum[column], Values("min")[column], Agreement.Hlf).ShouldBeTrue($"least {name}");
            Agreement.Within(fitted.Maximum[column], Values("max")[column], Agreement.Hlf).ShouldBeTrue($"largest {name}");
        }
        selections.Sum(selection => selection.Count).ShouldBe(ranges.RootElement.GetProperty("events").GetInt32());

        var scaling = new MinMaxScaling(Values("min"), Values("max"));
        var expected = GoldenEvent.Read(Path.Combine(folder, "features.arrow"));
        expected.Count.ShouldBe(24);
        var scaled = new float[HlfColumns.Count];
        foreach (var golden in expected)
        {
            var selection = selections[golden.Label];
            var index = selection.Ids.IndexOf(golden.Entry);
            var where = $"{profile.Name()} {FileOfLabel[golden.Label]}, entry {golden.Entry}";
            scaling.Apply(selection.HlfOf(index), scaled);
            Agreement.ShouldAgree<double>(scaled, golden.Hlf, HlfColumns.Names, Agreement.Hlf, where);
            Agreement.ShouldAgree<float>(
                WholeSequence.Of(profile, selection.ParticlesOf(index)), golden.Particles, ParticleColumns.Names, Agreement.Particles, where);
        }
    }

    private static double[] PlainSequence(PhysicsProfile profile, float[] particles)
    {
        var rows = particles.Chunk(ParticleColumns.Count).ToList();
        while (profile == PhysicsProfile.Cern2019 && rows.Count < 801)
            rows.Add(new float[ParticleColumns.Count]);
        double leptonEta = rows[0][5], leptonPhi = rows[0][6];
        rows = [.. rows.OrderByDescending(row => AngularDistance.DeltaR(leptonEta, leptonPhi, row[5], row[6]))];
        var columns = Enumerable.Range(0, ParticleColumns.Count).Select(column =>
        {
            double[] values = [.. rows.Select(row => (double)row[column])];
            var mean = values.Average();
            var deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
            return values.All(value => value == values[0])
                ? new double[values.Length]
                : [.. values.Select(value => (value - mean) / deviation)];
        }).ToArray();
        return [.. Enumerable.Range(0, rows.Count).SelectMany(row => columns.Select(column => column[row]))];
    }
}
