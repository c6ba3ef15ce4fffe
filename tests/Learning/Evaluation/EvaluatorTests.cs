using DaprHep.Learning.Evaluation;
using FsCheck;
using FsCheck.Fluent;

namespace DaprHep.Learning.Tests.Evaluation;

public class EvaluatorTests
{
    private static readonly string[] Three = ["qcd", "ttbar", "wjets"];

    [Fact]
    public void Auc_and_false_positive_rates_agree_with_counting_pairs_and_thresholds() =>
        Prop.ForAll(Events(), events =>
        {
            var (probabilities, labels) = events;
            var metrics = Evaluator.Evaluate(probabilities, labels, Three).Metrics;
            for (var c = 0; c < 3; c++)
            {
                var positives = labels.Index().Where(l => l.Item == c).Select(l => probabilities[3 * l.Index + c]).ToArray();
                var negatives = labels.Index().Where(l => l.Item != c).Select(l => probabilities[3 * l.Index + c]).ToArray();
                var name = Three[c];
                if (positives.Length == 0 || negatives.Length == 0)
                {
                    metrics.Auc[name].ShouldBeNull();
                    metrics.FprAtTpr99[name].ShouldBeNull();
                    continue;
                }

                var pairs = positives.Sum(p => negatives.Sum(n => p > n ? 1.0 : p == n ? 0.5 : 0.0));
                metrics.Auc[name]!.Value.ShouldBe(pairs / positives.Length / negatives.Length, 1e-12);
                metrics.FprAtTpr99[name].ShouldBe(FprAt(0.99, positives, negatives));
                metrics.FprAtTpr95[name].ShouldBe(FprAt(0.95, positives, negatives));
                metrics.FprAtTpr90[name].ShouldBe(FprAt(0.90, positives, negatives));
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Perfect_scores_are_perfect()
    {
        float[] probabilities = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0.9f, 0.1f, 0];
        var metrics = Evaluator.Evaluate(probabilities, [0, 1, 2, 0], Three).Metrics;
        metrics.Accuracy.ShouldBe(1);
        metrics.AccuracyError.ShouldBe(0);
        metrics.Auc.Values.ShouldAllBe(auc => auc == 1);
        metrics.FprAtTpr99.Values.ShouldAllBe(fpr => fpr == 0);
        metrics.Confusion.ShouldBe([[2, 0, 0], [0, 1, 0], [0, 0, 1]]);
    }

    [Fact]
    public void Equal_scores_tell_nothing()
    {
        var probabilities = Enumerable.Repeat(1f / 3, 30).ToArray();
        var labels = Enumerable.Range(0, 10).Select(i => (sbyte)(i % 3)).ToArray();
        var metrics = Evaluator.Evaluate(probabilities, labels, Three).Metrics;
        metrics.Auc.Values.ShouldAllBe(auc => auc == 0.5);
        metrics.FprAtTpr99.Values.ShouldAllBe(fpr => fpr == 1);
        metrics.Confusion.ShouldBe([[4, 0, 0], [3, 0, 0], [3, 0, 0]]);
        metrics.Loss!.Value.ShouldBe(Math.Log(3), 1e-6);
    }

    [Fact]
    public void A_class_that_is_absent_has_no_figures_and_the_json_no_nan()
    {
        var metrics = Evaluator.Evaluate([0.5f, 0.5f, 0, 0, 1, 0], [0, 0], Three).Metrics;
        metrics.Auc.Values.ShouldAllBe(auc => auc == null);
        metrics.AucError.Values.ShouldAllBe(error => error == null);
        metrics.Loss.ShouldBeNull();
        var json = metrics.ToJson();
        json["auc"]!["ttbar"].ShouldBeNull();
        json["accuracy"]!.GetValue<double>().ShouldBe(0.5);
        json["fpr_at_tpr_99"]!.AsObject().Select(entry => entry.Key).ShouldBe(Three);
        json["fpr_at_tpr_99_error"].ShouldNotBeNull();
        json["confusion"]![0]![1]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public void The_bootstrap_error_of_accuracy_is_the_binomial_one()
    {
        var labels = new sbyte[2000];
        var probabilities = new float[2 * labels.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = (sbyte)(i % 2);
            var right = i % 10 != 0;
            probabilities[2 * i + (right ? labels[i] : 1 - labels[i])] = 1;
        }

        var metrics = Evaluator.Evaluate(probabilities, labels, ["background", "signal"]).Metrics;
        metrics.Accuracy!.Value.ShouldBe(0.9, 1e-12);
        metrics.AccuracyError!.Value.ShouldBe(Math.Sqrt(0.9 * 0.1 / labels.Length), 0.0015);
    }

    [Fact]
    public void The_same_seed_gives_the_same_errors()
    {
        var (probabilities, labels) = Events().Generator.Sample(1, 50).First();
        var first = Evaluator.Evaluate(probabilities, labels, Three, seed: 4).Metrics.ToJson().ToJsonString();
        Evaluator.Evaluate(probabilities, labels, Three, seed: 4).Metrics.ToJson().ToJsonString().ShouldBe(first);
    }

    [Fact]
    public void A_roc_curve_runs_from_corner_to_corner_along_points_of_the_full_curve() =>
        Prop.ForAll(Events(), events =>
        {
            var (probabilities, labels) = events;
            foreach (var (c, curve) in Evaluator.Evaluate(probabilities, labels, Three).RocCurves.Index())
            {
                var positives = labels.Count(label => label == c);
                if (positives == 0 || positives == labels.Length)
                {
                    curve.FalsePositiveRate.ShouldBeEmpty();
                    continue;
                }

                (curve.FalsePositiveRate[0], curve.TruePositiveRate[0], curve.Threshold[0]).ShouldBe((0, 0, null));
                (curve.FalsePositiveRate[^1], curve.TruePositiveRate[^1]).ShouldBe((1, 1));
                curve.FalsePositiveRate.ShouldBeInOrder();
                curve.TruePositiveRate.ShouldBeInOrder();
                for (var i = 1; i < curve.Threshold.Count; i++)
                {
                    var selected = labels.Index().Where(l => probabilities[3 * l.Index + c] >= curve.Threshold[i]).ToArray();
                    curve.TruePositiveRate[i].ShouldBe((double)selected.Count(l => l.Item == c) / positives);
                    curve.FalsePositiveRate[i].ShouldBe((double)selected.Count(l => l.Item != c) / (labels.Length - positives));
                }
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_roc_curve_of_many_events_is_thinned()
    {
        var random = new Random(3);
        var labels = Enumerable.Range(0, 100_000).Select(i => (sbyte)(i % 2)).ToArray();
        var probabilities = labels.SelectMany(label =>
        {
            var p = (float)Math.Pow(random.NextDouble(), label == 1 ? 0.2 : 1);
            return new[] { 1 - p, p };
        }).ToArray();
        Evaluator.Evaluate(probabilities, labels, ["a", "b"]).RocCurves
            .ShouldAllBe(curve => curve.Threshold.Count < 1500 && curve.Threshold.Count > 100);
    }

    [Fact]
    public void Honest_probabilities_are_calibrated_and_boastful_ones_are_not()
    {
        var random = new Random(8);
        var labels = new sbyte[20_000];
        var honest = new float[2 * labels.Length];
        var boastful = new float[2 * labels.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            var p = random.NextSingle();
            labels[i] = random.NextSingle() < p ? (sbyte)1 : (sbyte)0;
            (honest[2 * i], honest[2 * i + 1]) = (1 - p, p);
            (boastful[2 * i], boastful[2 * i + 1]) = p > 0.5f ? (0, 1) : (1, 0);
        }

        var curve = Evaluator.Evaluate(honest, labels, ["a", "b"]).CalibrationCurves[1];
        curve.Events.Sum().ShouldBe(labels.Length);
        curve.MeanProbability.Zip(curve.Fraction).ShouldAllBe(bin => Math.Abs(bin.First - bin.Second) < 0.05);
        curve.Error.ShouldBeLessThan(0.02);
        var metrics = Evaluator.Evaluate(boastful, labels, ["a", "b"]).Metrics;
        metrics.CalibrationError["b"]!.Value.ShouldBe(0.25, 0.02);
    }

    [Fact]
    public void Predictions_that_make_no_sense_are_refused()
    {
        Should.Throw<ArgumentException>(() => Evaluator.Evaluate([0.5f], [0], Three));
        Should.Throw<ArgumentException>(() => Evaluator.Evaluate([], [], Three)).Message.ShouldStartWith("There are no events");
        Should.Throw<ArgumentException>(() => Evaluator.Evaluate([1, 0, 0], [3], Three));
        Should.Throw<ArgumentException>(() => Evaluator.Evaluate([float.NaN, 0, 0], [0], Three)).Message
            .ShouldContain("not a probability");
    }

    private static double? FprAt(double wanted, float[] positives, float[] negatives)
    {
        foreach (var threshold in positives.Concat(negatives).Distinct().OrderDescending())
        {
            if (positives.Count(p => p >= threshold) >= wanted * positives.Length)
                return (double)negatives.Count(n => n >= threshold) / negatives.Length;
        }

        return null;
    }

    /// <summary>Few events with coarse probabilities, so that ties and absent classes are common.</summary>
    private static Arbitrary<(float[] Probabilities, sbyte[] Labels)> Events()
    {
        var oneEvent =
            from a in Gen.Choose(0, 8)
            from b in Gen.Choose(0, 8 - a)
            from label in Gen.Choose(0, 2)
            select (Scores: new[] { a / 8f, b / 8f, (8 - a - b) / 8f }, Label: (sbyte)label);
        return oneEvent.NonEmptyListOf()
            .Select(list => (list.SelectMany(e => e.Scores).ToArray(), list.Select(e => e.Label).ToArray()))
            .ToArbitrary();
    }
}
