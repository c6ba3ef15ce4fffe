using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DaprHep.EndToEnd.Tests;

/// <summary>The main job on the sample files: three classes, two files each.</summary>
public sealed partial class RunTests(SampleRun run) : IClassFixture<SampleRun>, IDisposable
{
    private static readonly string[] Classes = ["qcd", "ttbar", "wjets"];
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-run-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Ends_with_0_and_leaves_report_metrics_model_and_record()
    {
        run.Result.ExitCode.ShouldBe(0, run.Result.Error);
        string[] expected =
            ["report.html", "metrics.json", "curves.json", "model/model.safetensors", "model/model.onnx", "model/model.json", "run.json"];
        foreach (string name in expected)
            File.Exists(Path.Combine(run.Out, name)).ShouldBeTrue(name);
        Directory.EnumerateFiles(run.Out, "*.partial", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public void Standard_output_is_a_summary_and_progress_goes_to_standard_error()
    {
        run.Result.Output.ShouldContain("accuracy");
        run.Result.Output.ShouldContain("MB at most, until shards were built");
        run.Metrics["peak_memory"]!.GetValue<long>().ShouldBeGreaterThan(10_000_000);
        run.Result.Output.ShouldContain("ttbar");
        run.Result.Error.ShouldContain("convert: ");
        run.Result.Error.ShouldContain("events/s");
    }

    [Fact]
    public void Metrics_have_every_field_for_every_class()
    {
        JsonNode metrics = run.Metrics;
        metrics["accuracy"]!.GetValue<double>().ShouldBeInRange(0.8, 1);
        foreach (string name in Classes)
        {
            metrics["auc"]![name]!.GetValue<double>().ShouldBeInRange(0.9, 1);
            metrics["auc_error"]![name]!.GetValue<double>().ShouldBeInRange(1e-6, 0.05);
            metrics["fpr_at_tpr_99"]![name]!.GetValue<double>().ShouldBeInRange(0, 1);
            metrics["fpr_at_tpr_99_error"]![name]!.GetValue<double>().ShouldBeInRange(0, 0.5);
        }
        metrics["calibration"]!.AsArray().Select(curve => curve!["class"]!.GetValue<string>()).ShouldBe(Classes);
        JsonArray features = metrics["permutation_importance"]!["features"]!.AsArray();
        features.Count.ShouldBe(14);
        features.Max(feature => feature!["auc_drop"]!.GetValue<double>()).ShouldBeGreaterThan(0.02);
        HexDigest().IsMatch(metrics["test_set"]!.GetValue<string>()).ShouldBeTrue();
        foreach (string step in (string[])["plan", "convert", "statistics", "shards", "train", "evaluate"])
        {
            metrics["seconds"]![step]!.GetValue<double>().ShouldBeGreaterThan(0);
            metrics["events_per_second"]![step]!.GetValue<double>().ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public void Event_counts_agree_with_golden_selection_and_with_the_confusion_matrix()
    {
        JsonNode events = run.Metrics["events"]!;
        JsonArray confusion = run.Metrics["confusion"]!.AsArray();
        for (int label = 0; label < 3; label++)
        {
            string name = Classes[label];
            int golden = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "Physics", "golden", "standard"), $"{name}_*.hlf.csv")
                .Sum(file => File.ReadLines(file).Count() - 1);
            events["read"]![name]!.GetValue<int>().ShouldBe(500);
            events["selected"]![name]!.GetValue<int>().ShouldBe(golden);
            events["train"]![name]!.GetValue<int>().ShouldBe(events["train"]!["qcd"]!.GetValue<int>());
            int test = events["test"]![name]!.GetValue<int>();
            confusion[label]!.AsArray().Sum(count => count!.GetValue<int>()).ShouldBe(test);
        }
    }

    [Fact]
    public void The_record_names_inputs_with_size_and_digest_parameters_and_version()
    {
        JsonNode record = JsonNode.Parse(File.ReadAllText(Path.Combine(run.Out, "run.json")))!;
        JsonArray inputs = record["inputs"]!.AsArray();
        inputs.Count.ShouldBe(6);
        foreach (JsonNode? input in inputs)
        {
            var file = new FileInfo(input!["url"]!.GetValue<string>());
            input["bytes"]!.GetValue<long>().ShouldBe(file.Length);
            HexDigest().IsMatch(input["digest"]!.GetValue<string>()).ShouldBeTrue();
        }
        record["parameters"]!["model"]!.GetValue<string>().ShouldBe("hlf");
        record["parameters"]!["seed"]!.GetValue<int>().ShouldBe(1);
        record["software"]!.GetValue<string>().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void The_report_is_self_contained()
    {
        string html = File.ReadAllText(Path.Combine(run.Out, "report.html"));
        html.ShouldContain("<svg");
        ExternalReference().Matches(html).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_seed_and_input_give_the_same_model_whatever_the_order_of_files()
    {
        string other = Path.Combine(_folder, "out");
        DaprHepCommand.Result again = await DaprHepCommand.RunAsync(
            "run", "--out", other, "--json",
            "--sample", $"wjets={Repository.Samples}/wjets/wjets_b.root", "--sample", $"wjets={Repository.Samples}/wjets/wjets_a.root",
            "--sample", $"qcd={Repository.Samples}/qcd/*.root", "--sample", $"ttbar={Repository.Samples}/ttbar/ttbar_?.root");
        again.ExitCode.ShouldBe(0, again.Error);
        ModelOf(other).ShouldBe(ModelOf(run.Out));
    }

    [Fact]
    public async Task Another_seed_gives_another_model_and_converts_nothing_again()
    {
        string store = new Uri(Path.Combine(run.Out, "store")).AbsoluteUri;
        string other = Path.Combine(_folder, "out");
        string[] before = EventObjects();
        DaprHepCommand.Result again = await DaprHepCommand.RunAsync(
            "run", Repository.Samples, "--out", other, "--seed", "2", "--epochs", "3", "--store", store, "--json");
        again.ExitCode.ShouldBe(0, again.Error);
        ModelOf(other).ShouldNotBe(ModelOf(run.Out));
        EventObjects().ShouldBe(before);
        JsonNode printed = JsonNode.Parse(again.Output)!;
        printed["metrics"]!["accuracy"]!.GetValue<double>().ShouldBeGreaterThan(0.3);

        string[] EventObjects() => [.. Directory.EnumerateFiles(Path.Combine(run.Out, "store", "events"), "*", SearchOption.AllDirectories)
            .Select(path => $"{path} {File.GetLastWriteTimeUtc(path):O}").Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task A_test_folder_replaces_the_split_and_a_limit_on_events_is_kept()
    {
        string train = Folder("train", "a"), test = Folder("test", "b"), output = Path.Combine(_folder, "out");
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
            "run", train, "--test", test, "--out", output, "--epochs", "2", "--max-events", "100", "--physics", "cern2019", "--json");
        result.ExitCode.ShouldBe(0, result.Error);
        JsonNode metrics = JsonNode.Parse(result.Output)!["metrics"]!;
        metrics["events"]!["read"]!["qcd"]!.GetValue<int>().ShouldBe(200);
        metrics["events"]!["test"]!["qcd"]!.GetValue<int>().ShouldBeInRange(30, 100);
    }

    [Fact]
    public async Task An_interrupted_run_ends_with_130_and_a_later_one_goes_on_from_its_finished_steps()
    {
        string output = Path.Combine(_folder, "out");
        DaprHepCommand.Result interrupted = await DaprHepCommand.RunAsync(
            async process =>
            {
                // Training has begun when a model could be there next: statistics are the last thing before the shards.
                while (!process.HasExited && !Directory.Exists(Path.Combine(output, "store", "training")))
                    await Task.Delay(20);
                using Process kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
                await kill.WaitForExitAsync();
            },
            "run", Repository.Samples, "--out", output, "--epochs", "5000");
        interrupted.ExitCode.ShouldBe(130, interrupted.Error);
        File.Exists(Path.Combine(output, "report.html")).ShouldBeFalse();

        DaprHepCommand.Result resumed = await DaprHepCommand.RunAsync("run", Repository.Samples, "--out", output, "--epochs", "3", "--json");
        resumed.ExitCode.ShouldBe(0, resumed.Error);
    }

    private string Folder(string name, string suffix)
    {
        foreach (string sample in Classes)
        {
            string folder = Path.Combine(_folder, name, sample);
            Directory.CreateDirectory(folder);
            File.Copy(Path.Combine(Repository.Samples, sample, $"{sample}_{suffix}.root"), Path.Combine(folder, "x.root"));
        }
        return Path.Combine(_folder, name);
    }

    private static byte[] ModelOf(string folder) => File.ReadAllBytes(Path.Combine(folder, "model", "model.safetensors"));

    [GeneratedRegex("^[0-9a-f]{64}$")]
    private static partial Regex HexDigest();

    // Links to the gateway's event display are no part of what the page shows.
    [GeneratedRegex("(?:src|href)\\s*=\\s*[\"'](?!#|\\.\\./\\.\\./dashboard/event\\?)|@import|url\\((?!#)|https?://(?!www\\.w3\\.org/)")]
    private static partial Regex ExternalReference();
}
