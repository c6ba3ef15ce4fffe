using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DaprHep.Cli.Progress;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Learning.Models;
using DaprHep.Learning.Report;
using DaprHep.Learning.Training;
using DaprHep.Learning.Tuning;
using DaprHep.Trainer;
using Spectre.Console;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep tune</c>: a search for hyper-parameters on the training shards of a dataset, on this machine.</summary>
internal static class TuneCommand
{
    private const int RowsShown = 10;

    public static Command Create()
    {
        var dataset = new Argument<string>("DATASET")
        {
            Description = "Shards: STORE/statistics/HASH.json, or the folder of a run, whose run.json names them.",
        };
        var space = new Option<string>("--space") { Description = "YAML file of the search space.", Required = true, HelpName = "FILE" };
        var output = new Option<string>("--out")
        {
            Description = "Folder for trials.json, best.json, tuning.html, and what train leaves.",
            Required = true,
            HelpName = "OUT",
        };
        var model = new Option<string>("--model") { Description = "Model to tune.", DefaultValueFactory = _ => HlfModel.ModelName };
        var algorithm = new Option<string>("--algorithm") { Description = "How points are chosen.", DefaultValueFactory = _ => "asha" };
        algorithm.AcceptOnlyFromAmong([.. Enum.GetNames<TuningAlgorithm>().Select(name => name.ToLowerInvariant())]);
        Option<int?> trials = NumberOption.Optional(
            "--trials", $"Trials at most; default a whole grid, otherwise {StudyOptions.UsualTrials}.", 1, StudyOptions.MostTrials);
        Option<int> parallel = NumberOption.Create("--parallel", "Trials at a time.", Environment.ProcessorCount, 1);
        Option<int> folds = NumberOption.Create(
            "--folds", "Parts of the training events, each held back once; 1: always the same fifth.", 1, 1, StudyOptions.MostFolds);
        Option<int> patience = NumberOption.Create("--patience", "End after so many results without a better one; 0: never.", 0, 0);
        Option<int> seed = NumberOption.Create("--seed", "Seed of the search and of every training.", 1, 0);
        var resume = new Option<bool>("--resume") { Description = "Go on with the search whose trials.json is in OUT." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of a table." };
        var command = new Command("tune", "Search hyper-parameters, then train the best model with them.")
        {
            dataset, space, output, model, algorithm, trials, parallel, folds, patience, seed, resume, json,
        };
        var device = new DeviceArguments(command);
        command.SetAction((parsed, cancellation) => Failure.Guard(async () =>
        {
            SearchSpace searched = SpaceFile.Read("--space", parsed.GetValue(space)!);
            var options = new StudyOptions
            {
                Model = parsed.GetValue(model)!,
                Algorithm = Enum.Parse<TuningAlgorithm>(parsed.GetValue(algorithm)!, ignoreCase: true),
                Trials = parsed.GetValue(trials),
                Epochs = ModelRegistry.UsualTrainingOf(parsed.GetValue(model)!).Epochs,
                Folds = parsed.GetValue(folds),
                Patience = parsed.GetValue(patience),
                Seed = (ulong)parsed.GetValue(seed),
                Device = device.Of(parsed),
                MixedPrecision = device.IsMixedPrecision(parsed),
            };
            options.TrainingAt(HyperParameters.None, threads: 1).CheckDevice();
            // A typing error is found before any data are read.
            _ = Begin(options, searched);
            DatasetLocation location = await DatasetLocation.FindAsync(parsed.GetValue(dataset)!, cancellation);
            options = options with { Dataset = location.Statistics };
            OutputFolder folder = OutputFolder.Prepare(parsed.GetValue(output)!);
            try
            {
                Study study = await OpenAsync(folder, options, searched, parsed.GetValue(resume), cancellation);
                StandaloneEvaluation evaluation = await RunAsync(study, location, folder, parsed.GetValue(parallel), cancellation);
                if (parsed.GetValue(json))
                    Console.Out.WriteLine(ToJson(study, evaluation).ToJsonString());
                else
                    AnsiConsole.Write(new Rows(ToTable(study), EvaluateCommand.ToTable(evaluation.Result, folder)));
            }
            catch (Exception e) when (Failure.IsBadInput(e))
            {
                folder.Abandon();
                throw;
            }
        }, interrupted: "interrupted; the results so far are kept, and the same command with --resume goes on"));
        return command;
    }

    private static Study Begin(StudyOptions options, SearchSpace space)
    {
        try
        {
            return new Study(options, space);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static async Task<Study> OpenAsync(
        OutputFolder folder, StudyOptions options, SearchSpace space, bool resume, CancellationToken cancellation)
    {
        ObjectStore store = ObjectStore.Open(folder.FullPath);
        if (!await store.ExistsAsync(LocalTuner.TrialsName, cancellation))
            return Begin(options, space);
        if (!resume)
        {
            throw new BadInputException(
                $"--out {folder.FullPath}: holds an earlier search; go on with --resume or give another folder");
        }
        using ObjectContent content = await store.ReadAsync(LocalTuner.TrialsName, cancellation);
        return Study.Continue(content.Memory.Span, Path.Combine(folder.FullPath, LocalTuner.TrialsName), options, space);
    }

    private static async Task<StandaloneEvaluation> RunAsync(
        Study study, DatasetLocation location, OutputFolder folder, int parallel, CancellationToken cancellation)
    {
        await SearchAsync(study, location, folder.FullPath, parallel, cancellation);
        TuningReport report = TuningReport.Of(study);
        string page = TuningPage.Render(report, DateTimeOffset.UtcNow, $"DaprHep {SoftwareVersion.Current}");
        await folder.WriteAsync("tuning.html", Encoding.UTF8.GetBytes(page), cancellation);
        HyperParameters parameters = study.BestParameters ?? throw new InvalidOperationException(
            $"No trial has a result; the first failed because {study.Trials[0].Failure}");
        await folder.WriteAsync("best.json", Encoding.UTF8.GetBytes($"{parameters}\n"), cancellation);

        Console.Error.WriteLine($"training with the hyper-parameters of trial {study.Best!.Id} on all training events");
        TrainingOptions options = study.Options.TrainingAt(parameters, Environment.ProcessorCount);
        var training = new StandaloneTraining(location, ObjectStore.Open(folder.FullPath), options, Console.Error.WriteLine);
        await StepWatch.WatchAsync(progress => training.RunAsync(progress, null, cancellation));

        // Now that everything is chosen and trained, and only now, by the test events.
        StandaloneEvaluation evaluation = await StandaloneEvaluation.RunAsync(
            Path.Combine(folder.FullPath, StandaloneTraining.ModelFolder), location, (long)options.Seed, cancellation, report);
        await EvaluateCommand.WriteAsync(folder, evaluation, cancellation);
        await training.DeleteCheckpointsAsync(cancellation);
        return evaluation;
    }

    private static async Task SearchAsync(
        Study study, DatasetLocation location, string folder, int parallel, CancellationToken cancellation)
    {
        if (study.IsDone)
            return;
        FeatureStatistics statistics = await location.Store.ReadJsonAsync(
            location.Statistics, StatisticsJson.Default.FeatureStatistics, cancellation);
        try
        {
            LabelledEvents events = await TrainingShards.LoadAsync(
                location.Store, location.Statistics, statistics, DataSplit.Train, study.Options.Model, cancellation);
            int classes = EventClasses.Names.Count;
            var tuner = new LocalTuner(study, new TrainingFolds(events, classes, study.Options.Folds), classes, folder);
            int threads = Math.Max(1, Environment.ProcessorCount / parallel);
            await tuner.RunAsync(parallel, threads, result => Console.Error.WriteLine(Describe(study, result)), cancellation);
        }
        catch (TrainingDataException e)
        {
            throw new BadInputException(e.Message, e);
        }
    }

    private static string Describe(Study study, TrialResult result)
    {
        Trial trial = study.Trials[result.Trial];
        TrialRung rung = trial.Rungs[result.Rung];
        string fold = study.Options.Folds > 1 ? $", fold {result.Fold + 1}/{study.Options.Folds}" : "";
        string found = result.Failure ?? string.Create(CultureInfo.InvariantCulture, $"AUC {result.Auc:F4} loss {result.Loss:F4}");
        string best = study.Best is { } leader
            ? string.Create(CultureInfo.InvariantCulture, $"; best {leader.Auc:F4} (trial {leader.Id})")
            : "";
        return $"trial {result.Trial}, {rung.Epochs} epochs{fold}: {found}{best}; {study.Trials.Count}/{study.MostTrials} trials, "
            + $"{study.EpochsSpent} epochs";
    }

    private static JsonObject ToJson(Study study, StandaloneEvaluation evaluation) => new()
    {
        ["algorithm"] = study.Options.Algorithm.ToString().ToLowerInvariant(),
        ["trials"] = study.Trials.Count,
        ["failed"] = study.Trials.Count(trial => trial.State == TrialState.Failed),
        ["epochs"] = study.EpochsSpent,
        ["best"] = new JsonObject
        {
            ["trial"] = study.Best!.Id,
            ["auc"] = study.Best.Auc,
            ["parameters"] = study.BestParameters!.ToJson(),
        },
        ["metrics"] = evaluation.Metrics.DeepClone(),
    };

    private static Rows ToTable(Study study)
    {
        TuningReport report = TuningReport.Of(study);
        Table table = new Table().Border(TableBorder.Rounded).AddColumn("trial");
        foreach (TuningAxis axis in report.Axes)
            table.AddColumn(Markup.Escape(axis.Name));
        foreach (string name in new[] { "epochs", "AUC" })
            table.AddColumn(new TableColumn(name).RightAligned());
        IEnumerable<TuningTrial> ranked = report.Trials.Where(trial => trial.Auc is not null).OrderByDescending(trial => trial.Auc);
        foreach (TuningTrial trial in ranked.Take(RowsShown))
        {
            table.AddRow([
                Text(trial.Id), .. trial.Values.Select(Markup.Escape), Text(trial.Epochs),
                trial.Auc!.Value.ToString("F4", CultureInfo.InvariantCulture),
            ]);
        }
        int failed = study.Trials.Count(trial => trial.State == TrialState.Failed);
        return new Rows(
            table,
            new Text($"{study.Trials.Count} trials ({failed} failed), {study.EpochsSpent} epochs; AUC of training events held back"));

        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
