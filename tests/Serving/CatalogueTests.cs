using DaprHep.Data.Objects;
using DaprHep.Learning.Evaluation;
using DaprHep.Serving.Catalogue;

namespace DaprHep.Serving.Tests;

/// <summary>What is served is one object in the store that changes whole, and never behind anybody's back.</summary>
public sealed class CatalogueTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("serving-catalogue-");

    private CatalogueStore Store => new(ObjectStore.Open(_folder.FullName));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task No_change_is_lost_when_many_replicas_make_them_at_a_time()
    {
        await Parallel.ForAsync(0, 8, async (writer, cancellation) =>
        {
            for (int i = 0; i < 10; i++)
            {
                ModelVersion version = Version($"{writer}-{i}");
                await Store.UpdateAsync(
                    catalogue => catalogue.With((catalogue.Find("a") ?? new ServedModel { Name = "a" }).Add(version)), cancellation);
            }
        });
        ServingCatalogue newest = await Store.ReadAsync(CancellationToken.None);
        newest.Revision.ShouldBe(80);
        newest.Models.Single().Versions.Select(version => version.Model).Distinct().Count().ShouldBe(80);
        newest.Models.Single().Versions.Select(version => version.Version).ShouldBe(Enumerable.Range(1, 80).Select(n => $"v{n}"));
        Directory.GetFiles(Path.Combine(_folder.FullName, "serving")).Length.ShouldBeLessThanOrEqualTo(51);
    }

    [Fact]
    public async Task A_replica_that_slept_for_many_revisions_finds_the_newest()
    {
        ServingCatalogue first = await Store.UpdateAsync(
            catalogue => catalogue.With(new ServedModel { Name = "a" }), CancellationToken.None);
        (await Store.ReadAfterAsync(first, CancellationToken.None)).ShouldBeNull();
        for (int i = 0; i < 60; i++)
            await Store.UpdateAsync(catalogue => catalogue.With(catalogue.Find("a")!.Add(Version($"{i}"))), CancellationToken.None);
        (await Store.ReadAfterAsync(first, CancellationToken.None))!.Revision.ShouldBe(61);
        (await Store.UpdateAsync(_ => null, CancellationToken.None)).Revision.ShouldBe(61);
    }

    [Fact]
    public void The_last_versions_are_kept_and_those_that_answer()
    {
        ServedModel model = new ServedModel { Name = "a" }.Add(Version("0")).Serve("v1");
        model = model.Add(Version("1")).Serve("v2") with { Shadow = "v1", Served = ["v2"] };
        for (int i = 2; i < 12; i++)
            model = model.Add(Version($"{i}")).Pruned();
        model.Versions.Select(version => version.Version).ShouldBe(["v1", "v2", "v8", "v9", "v10", "v11", "v12"]);
        model.Serving.ShouldBe("v2");
    }

    [Fact]
    public void A_rollback_serves_what_was_served_before_and_a_second_one_what_was_before_that()
    {
        ServedModel model = new ServedModel { Name = "a" };
        for (int i = 1; i <= 3; i++)
            model = model.Add(Version($"{i}")).Serve($"v{i}");
        model = model.RollBack()!;
        model.Serving.ShouldBe("v2");
        model.RollBack()!.Serving.ShouldBe("v1");
        model.RollBack()!.RollBack().ShouldBeNull();
        model.Serve("v3").RollBack()!.Serving.ShouldBe("v2");
        (model with { Shadow = "v1" }).RollBack()!.Shadow.ShouldBeNull();
        (model with { Shadow = "v3" }).RollBack()!.Shadow.ShouldBe("v3");
    }

    [Fact]
    public async Task A_change_that_is_made_is_no_failure_where_an_old_revision_cannot_be_deleted()
    {
        for (int i = 0; i < 50; i++)
            await Store.UpdateAsync(catalogue => catalogue.With(new ServedModel { Name = $"{i}" }), CancellationToken.None);
        string oldest = Path.Combine(_folder.FullName, "serving", "revision-0000000001.json");
        File.Delete(oldest);
        Directory.CreateDirectory(oldest);
        (await Store.UpdateAsync(catalogue => catalogue.With(new ServedModel { Name = "last" }), CancellationToken.None)).Revision.ShouldBe(51);
        (await Store.ReadAsync(CancellationToken.None)).Find("last").ShouldNotBeNull();
    }

    [Fact]
    public void The_gate_lets_a_model_pass_that_is_worse_by_less_than_the_served_models_error_and_no_other()
    {
        EvaluationResult served = Evaluated(auc: 0.90, error: 0.01, fpr: 0.20, fprError: 0.02);
        PromotionGate.Compare(Evaluated(0.90, 0.5, 0.20, 0.5), served).Passed.ShouldBeTrue();
        PromotionGate.Compare(Evaluated(0.891, 0.5, 0.219, 0.5), served).Passed.ShouldBeTrue();
        PromotionGate.Compare(Evaluated(0.889, 0.5, 0.20, 0.5), served).Reasons
            .ShouldBe(["auc of a is 0.889, expected at least 0.89", "auc of b is 0.889, expected at least 0.89"]);
        PromotionGate.Compare(Evaluated(0.90, 0.5, 0.221, 0.5), served).Reasons[0]
            .ShouldBe("fpr_at_tpr_99 of a is 0.221, expected at most 0.22");
        PromotionGate.Compare(Evaluated(null, null, null, null), served).Passed.ShouldBeFalse();
        Should.Throw<ArgumentException>(() => PromotionGate.Compare(served, served with { TestSet = "other" }));

        PromotionGate.Judge(Evaluated(0.60, 0.03, 0.9, 0.1)).Passed.ShouldBeTrue();
        PromotionGate.Judge(Evaluated(0.58, 0.03, 0.9, 0.1)).Passed.ShouldBeFalse();
        PromotionGate.Judge(Evaluated(null, null, 0.9, 0.1)).Passed.ShouldBeFalse();
    }

    private static ModelVersion Version(string model) => new(
        "", model, model, model, "run", DateTimeOffset.UnixEpoch, "", Metrics: null, new VersionInput("standard", Hlf: true, Particles: false));

    private static EvaluationResult Evaluated(double? auc, double? error, double? fpr, double? fprError)
    {
        return new EvaluationResult(
            new ClassificationMetrics
            {
                TestEvents = 100,
                Loss = 1,
                Accuracy = 1,
                AccuracyError = 0,
                Auc = Both(auc),
                AucError = Both(error),
                FprAtTpr99 = Both(fpr),
                FprAtTpr99Error = Both(fprError),
                FprAtTpr95 = Both(0),
                FprAtTpr95Error = Both(0),
                FprAtTpr90 = Both(0),
                FprAtTpr90Error = Both(0),
                CalibrationError = Both(0),
                Confusion = [],
            },
            [], [], [])
        { TestSet = "same" };

        static Dictionary<string, double?> Both(double? value) => new() { ["a"] = value, ["b"] = value };
    }
}
