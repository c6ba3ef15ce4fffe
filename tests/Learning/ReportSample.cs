using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Report;

namespace DaprHep.Learning.Tests;

/// <summary>A report of made-up data that look like a real run.</summary>
internal static class ReportSample
{
    private static readonly string[] Classes = ["QCD", "tt̄", "W+jets"];
    private static readonly string[] Folders = ["qcd", "ttbar", "wjets"];

    private static readonly string[] FeatureNames =
        ["HT", "MET", "PhiMET", "MT", "NJets", "NBJets", "LepPt", "LepEta", "LepPhi", "LepIsoCh", "LepIsoGamma", "LepIsoNeu", "LepCharge", "LepIsEle"];

    public static ReportData Create()
    {
        var random = new Random(7);
        return new ReportData
        {
            Title = "Topology classifier, HLF features, 2026-06-12 run 4f2a",
            Created = new DateTimeOffset(2026, 6, 12, 14, 3, 0, TimeSpan.FromHours(2)),
            SoftwareVersion = "DaprHep 0.1.0",
            Classes = Classes,
            Parameters =
            [
                new("physics", "standard"),
                new("model", "hlf: dense 14–50–20–10–3, ReLU"),
                new("epochs", "12"),
                new("batch", "128"),
                new("optimiser", "Adam, 10⁻³"),
                new("seed", "1"),
                new("test part", "20 %"),
            ],
            Inputs = [.. Enumerable.Range(0, 6).Select(i => new ReportInput(
                Classes[i / 2],
                $"file:///data/delphes/nopu/train/{Folders[i / 2]}/part_{i % 2:D4}.root",
                1_900_000 + 123_456 * i,
                20_000 + i,
                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"))],
            CutFlow =
            [
                new("read", [200_000, 200_000, 200_000]),
                new("lepton with pT > 23 GeV", [41_873, 101_450, 99_301]),
                new("isolated", [12_044, 84_310, 91_874]),
                new("after undersampling", [12_044, 12_044, 12_044]),
                new("training", [9_635, 9_635, 9_635]),
                new("test", [2_409, 2_409, 2_409]),
            ],
            TestEvents = 7_227,
            Accuracy = new(0.91234, 0.00331),
            Metrics =
            [
                new("QCD", new(0.98412, 0.0011), new(0.2134, 0.0213)) { FprAtTpr95 = new(0.04, 0.004), FprAtTpr90 = new(0.01, 0.001), CalibrationError = 0.012 },
                new("tt̄", new(0.97233, 0.0016), new(0.3122, 0.026)),
                new("W+jets", new(0.96101, 0.0021), new(0.000412, 0.00013)),
            ],
            RocCurves = [Roc("QCD", 9), Roc("tt̄", 5), Roc("W+jets", 3.4)],
            Confusion = [[2_201, 101, 107], [61, 2_290, 58], [155, 122, 2_132]],
            Calibration = [.. Classes.Select((name, c) => new CalibrationCurve(
                name, [0.02, 0.3, 0.55, 0.97], [0.03 + 0.01 * c, 0.27, 0.5, 0.93], [4_000, 200, 150, 2_000]))],
            Importance = new(7_227, 10, [.. FeatureNames.Select((name, f) => new FeatureImportance(
                name, 0.1 / (f + 1), 0.001, 0.08 / (f + 1) - 0.006, 0.0004))]),
            Scores = [.. Classes.Select((name, output) => Histogram.Between(
                $"output for {name}",
                "",
                [.. Classes.Select((_, c) => Draw(2400, () => c == output ? 1 - Power(random, 5) : Power(random, 4)))],
                0,
                1,
                40,
                logCounts: true))],
            Loss = [.. Enumerable.Range(1, 12)
                .Select(e => new EpochLoss(e, 0.23 + 0.7 * Math.Exp(-e / 2.5), 0.25 + 0.6 * Math.Exp(-e / 2.2) + 0.004 * e))],
            Features = [.. Features(random)],
            Timings =
            [
                new("plan", 0.41, null),
                new("convert", 38.2, 15_706),
                new("statistics", 0.21, null),
                new("features", 4.4, 42_700),
                new("train", 21.9, 158_000),
                new("evaluate", 1.3, 5_559),
            ],
        };
    }

    private static IEnumerable<Histogram> Features(Random random)
    {
        (string Name, string Unit, Func<int, double> Draw)[] features =
        [
            ("HT", "GeV", c => (c == 1 ? 120 : 60) + Exponential(random, c == 1 ? 220 : 130)),
            ("MET", "GeV", c => Exponential(random, 20 + 20 * c)),
            ("PhiMET", "rad", _ => (random.NextDouble() - 0.5) * Math.Tau),
            ("MT", "GeV", c => Math.Abs(40 + 25 * Normal(random) + 15 * c)),
            ("NJets", "", c => random.Next(2, 5 + 3 * c)),
            ("NBJets", "", c => random.Next(0, c == 1 ? 4 : 2)),
            ("LepPt", "GeV", c => 23 + Exponential(random, 20 + 5 * c)),
            ("LepEta", "", _ => Math.Clamp(1.1 * Normal(random), -2.5, 2.5)),
            ("LepPhi", "rad", _ => (random.NextDouble() - 0.5) * Math.Tau),
            ("LepIsoCh", "", c => Exponential(random, c == 0 ? 0.12 : 0.03)),
            ("LepIsoGamma", "", c => Exponential(random, c == 0 ? 0.08 : 0.02)),
            ("LepIsoNeu", "", c => Exponential(random, c == 0 ? 0.06 : 0.02)),
            ("LepCharge", "", _ => random.Next(2) * 2 - 1),
            ("LepIsEle", "", _ => random.Next(2)),
        ];
        foreach (var (name, unit, draw) in features)
            yield return Histogram.Of(name, unit, [.. Classes.Select((_, c) => Draw(2000, () => draw(c)))]);
    }

    private static ReportRocCurve Roc(string name, double power)
    {
        double[] efficiencies = [.. Enumerable.Range(0, 200).Select(i => i / 199.0)];
        return new ReportRocCurve(
            name, [.. efficiencies.Select(t => t < 0.1 ? 0 : Math.Pow(t, power) * (0.02 + 0.98 * Math.Pow(t, 60)))], efficiencies);
    }

    private static float[] Draw(int count, Func<double> draw) => [.. Enumerable.Range(0, count).Select(_ => (float)draw())];

    private static double Power(Random random, double power) => Math.Pow(random.NextDouble(), power);

    private static double Exponential(Random random, double mean) => -mean * Math.Log(1 - random.NextDouble());

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble());
}
