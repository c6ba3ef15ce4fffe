using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using DaprHep.Cli.Progress;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Learning.Distributed;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;
using DaprHep.Trainer;
using Spectre.Console;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep train</c>: a model from the shards of a dataset, with checkpoints to go on from.</summary>
internal static class TrainCommand
{
    private static readonly TrainingOptions Defaults = new();

    /// <summary>Makes the command.</summary>
    /// <param name="group">The ranks that train together, where this process is one of them; it leaves all else to its launcher.</param>
    public static Command Create(RankGroup? group = null)
    {
        var dataset = new Argument<string>("DATASET")
        {
            Description = "Training shards: the folder of a run, its store if that holds one dataset, or STORE/statistics/HASH.json.",
        };
        var model = new Option<string>("--model")
        {
            Description = $"Model to train: {string.Join(", ", ModelRegistry.Names)}.",
            Required = true,
        };
        var output = new Option<string>("--out")
        {
            Description = "Folder for model/, checkpoints/, report.html, metrics.json, curves.json and run.json.",
            Required = true,
            HelpName = "OUT",
        };
        var resume = new Option<bool>("--resume") { Description = "Go on from the checkpoints in OUT, if there are any." };
        Option<int?> epochs = NumberOption.Optional(
            "--epochs", "Passes over the training events, at most; default 50, recurrent models 25.", 1);
        Option<int> batch = NumberOption.Create("--batch", "Events a gradient step.", Defaults.BatchSize, 1);
        Option<int> seed = NumberOption.Create("--seed", "Seed of everything random; the same seed and dataset give the same model.", 1, 0);
        Option<double?> rate = NumberOption.Positive(
            "--lr", $"Learning rate, the largest where it changes; default {Defaults.LearningRate}.");
        var schedule = new Option<string>("--schedule")
        {
            Description = "How the learning rate changes: constant, cosine or one-cycle.",
            DefaultValueFactory = _ => "cosine",
        };
        schedule.AcceptOnlyFromAmong("constant", "cosine", "one-cycle");
        Option<double?> norm = NumberOption.Positive("--max-gradient-norm", "Scale larger gradients down to this norm.");
        var weights = new Option<string?>("--class-weights")
        {
            Description = "How much an event of each class counts: balanced, or a number for each class.",
            HelpName = "balanced|W,W,W",
        };
        Option<int> patience = NumberOption.Create(
            "--patience", "Stop after so many epochs without a better validation figure, and keep the best weights; 0: never.", 0, 0);
        var stopBy = new Option<string>("--stop-by") { Description = "That figure: loss or auc.", DefaultValueFactory = _ => "loss" };
        stopBy.AcceptOnlyFromAmong("loss", "auc");
        Option<double?> validation = NumberOption.Positive(
            "--validation",
            $"Share of the training events to hold back for it; default {TrainingOptions.UsualValidationShare} with --patience.");
        var mirror = new Option<bool?>("--mirror")
        {
            Description = "Learn from mirror images of the events too (η → −η, φ → −φ); default true for recurrent models.",
            HelpName = "true|false",
        };
        var parameters = new Option<string[]>("--set")
        {
            Description = "A hyper-parameter of the model, e.g. units=64.",
            HelpName = "NAME=VALUE",
        };
        Option<int> every = NumberOption.Create(
            "--checkpoint-every", "Steps between checkpoints in an epoch; 0: after epochs only.", 0, 0);
        Option<int?> threads = NumberOption.Optional("--threads", "Threads; default one a core. The model does not depend on it.", 1);
        Option<int> ranks = NumberOption.Create(
            "--ranks", "Processes that train together; the batch is divided among them, and so are the cores.", 1, 1);
        var device = new Option<string>("--device")
        {
            Description = "What computes: cpu, or cuda for a GPU; rank r takes device r.",
            DefaultValueFactory = _ => "cpu",
        };
        device.AcceptOnlyFromAmong("cpu", "cuda");
        var amp = new Option<bool>("--amp") { Description = "Mixed precision: float16 where that is accurate enough. GPUs only." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of a table." };

        var command = new Command("train", "Train a model on the shards of a dataset, and evaluate it.")
        {
            dataset, model, output, resume, epochs, batch, seed, rate, schedule, norm, weights, patience, stopBy, validation, mirror,
            parameters, every, threads, ranks, device, amp, json,
        };
        if (group is null)
        {
            command.SetAction((parsed, cancellation) => Failure.Guard(
                () => RunAsync(parsed, cancellation),
                interrupted: "interrupted; the same command with --resume goes on from the last checkpoint"));
        }
        else
        {
            command.SetAction((parsed, cancellation) => RunAsync(parsed, cancellation));
        }
        return command;

        async Task RunAsync(ParseResult parsed, CancellationToken cancellation)
        {
            string name = parsed.GetValue(model)!;
            int wait = parsed.GetValue(patience);
            string? classWeights = parsed.GetValue(weights);
            TrainingOptions usual = ModelRegistry.UsualTrainingOf(name);
            TrainingOptions options = new TrainingOptions
            {
                Model = name,
                Epochs = parsed.GetValue(epochs) ?? usual.Epochs,
                BatchSize = parsed.GetValue(batch),
                Seed = (ulong)parsed.GetValue(seed),
                LearningRate = parsed.GetValue(rate) ?? Defaults.LearningRate,
                Schedule = parsed.GetValue(schedule) switch
                {
                    "constant" => LearningRateSchedule.Constant,
                    "one-cycle" => LearningRateSchedule.OneCycle,
                    _ => LearningRateSchedule.Cosine,
                },
                MaxGradientNorm = parsed.GetValue(norm) ?? Defaults.MaxGradientNorm,
                BalanceClasses = classWeights == "balanced",
                ClassWeights = classWeights is null or "balanced" ? [] : ParseWeights(classWeights),
                Patience = wait,
                StopBy = parsed.GetValue(stopBy) == "auc" ? StoppingFigure.Auc : StoppingFigure.Loss,
                ValidationShare = Share(parsed.GetValue(validation) ?? (wait > 0 ? TrainingOptions.UsualValidationShare : 0)),
                Mirror = parsed.GetValue(mirror) ?? usual.Mirror,
                CheckpointEvery = parsed.GetValue(every),
                Threads = parsed.GetValue(threads) ?? Math.Max(1, Environment.ProcessorCount / parsed.GetValue(ranks)),
                Device = parsed.GetValue(device) == "cuda" ? TrainingDevice.Cuda : TrainingDevice.Cpu,
                MixedPrecision = parsed.GetValue(amp),
            }.With(HyperParameters.Parse(parsed.GetValue(parameters) ?? []));
            options.CheckDevice();
            if (group is not null)
            {
                await TrainAsRankAsync(parsed.GetValue(dataset)!, options, parsed.GetValue(output)!, group, cancellation);
                return;
            }
            string[] arguments = parsed.GetValue(ranks) > 1 ? [.. parsed.Tokens.Select(token => token.Value)] : [];
            await TrainAsync(
                parsed.GetValue(dataset)!, options, parsed.GetValue(output)!, parsed.GetValue(resume), parsed.GetValue(ranks), arguments,
                parsed.GetValue(json), cancellation);
        }
    }

    /// <summary>As one of several: the launcher has looked at the folder, and evaluates afterwards.</summary>
    private static async Task TrainAsRankAsync(
        string location, TrainingOptions options, string output, RankGroup group, CancellationToken cancellation)
    {
        DatasetLocation dataset = await DatasetLocation.FindAsync(OnlyDatasetOf(location), cancellation);
        Action<string> log = group.Rank == 0 ? Console.WriteLine : _ => { };
        var training = new StandaloneTraining(dataset, ObjectStore.Open(Path.GetFullPath(output)), options, log);
        await training.RunAsync(TrainRanks.ReporterOf(group), group, cancellation);
    }

    private static async Task TrainAsync(
        string location, TrainingOptions options, string output, bool resume, int ranks, string[] arguments, bool json,
        CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        OutputFolder folder = OutputFolder.Prepare(output);
        try
        {
            DatasetLocation dataset = await DatasetLocation.FindAsync(OnlyDatasetOf(location), cancellation);
            var training = new StandaloneTraining(dataset, ObjectStore.Open(folder.FullPath), options, Console.Error.WriteLine);
            if (!resume && await training.HasCheckpointsAsync(cancellation))
            {
                throw new BadInputException(
                    $"--out {output}: has checkpoints of an earlier training; go on from them with --resume, or give another folder");
            }
            IReadOnlyList<EpochReport> epochs = await StepWatch.WatchAsync(async progress =>
            {
                if (ranks == 1)
                    return await training.RunAsync(progress, null, cancellation);
                await TrainRanks.RunAsync(ranks, arguments, progress, cancellation);
                return await training.HistoryAsync(cancellation);
            });
            StandaloneEvaluation evaluation = await StandaloneEvaluation.RunAsync(
                Path.Combine(folder.FullPath, StandaloneTraining.ModelFolder), dataset, (long)options.Seed, cancellation);
            await EvaluateCommand.WriteAsync(folder, evaluation, cancellation);
            if (json)
                Console.Out.WriteLine(Summary(folder, options, epochs, evaluation, Stopwatch.GetElapsedTime(started)).ToJsonString());
            else
                AnsiConsole.Write(EvaluateCommand.ToTable(evaluation.Result, folder));
        }
        catch (Exception e) when (Failure.IsBadInput(e))
        {
            folder.Abandon();
            throw;
        }
    }

    private static JsonObject Summary(
        OutputFolder folder, TrainingOptions options, IReadOnlyList<EpochReport> epochs, StandaloneEvaluation evaluation,
        TimeSpan elapsed) => new()
        {
            ["out"] = folder.FullPath,
            ["model"] = options.Model,
            ["epochs"] = epochs.Count,
            ["events_per_second"] = Math.Round(epochs.Average(epoch => epoch.EventsPerSecond), 1),
            ["wall_seconds"] = Math.Round(elapsed.TotalSeconds, 3),
            ["metrics"] = evaluation.Metrics.DeepClone(),
        };

    /// <summary>A store with the statistics of one dataset stands for that dataset.</summary>
    private static string OnlyDatasetOf(string location)
    {
        string statistics = Path.Combine(location, "statistics");
        if (!Directory.Exists(statistics))
            return location;
        string[] found = Directory.GetFiles(statistics, "*.json");
        return found.Length == 1
            ? found[0]
            : throw new BadInputException(
                $"{location}: holds {found.Length} datasets; name one of {string.Join(", ", found.Order(StringComparer.Ordinal).Take(5))}");
    }

    private static double[] ParseWeights(string text)
    {
        string[] parts = text.Split(',');
        var weights = new double[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            bool isNumber = double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out weights[i]);
            if (!(isNumber && weights[i] > 0 && double.IsFinite(weights[i])))
                throw new UsageException($"--class-weights {text}: expected balanced, or a positive number for each class, like 1,2,1");
        }
        return weights;
    }

    private static double Share(double share) =>
        share < 1
            ? share
            : throw new UsageException($"--validation {share.ToString(CultureInfo.InvariantCulture)}: expected a share below 1");
}
