using System.CommandLine;
using System.Diagnostics;
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
            Description = "Folder for model/, report.html, metrics.json, curves.json and run.json, and for checkpoints while it trains.",
            Required = true,
            HelpName = "OUT",
        };
        var resume = new Option<bool>("--resume") { Description = "Go on from the checkpoints in OUT, if there are any." };
        Option<int> every = NumberOption.Create(
            "--checkpoint-every", "Steps between checkpoints in an epoch; 0: after epochs only.", 0, 0);
        Option<int?> threads = NumberOption.Optional("--threads", "Threads; default one a core. The model does not depend on it.", 1);
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of a table." };

        var command = new Command("train", "Train a model on the shards of a dataset, and evaluate it.")
        {
            dataset, model, output, resume, every, threads, json,
        };
        var training = new TrainingArguments(command);
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
            int ranks = training.RanksOf(parsed);
            TrainingOptions options = training.OptionsFor(parsed.GetValue(model)!, parsed) with
            {
                CheckpointEvery = parsed.GetValue(every),
                Threads = parsed.GetValue(threads) ?? Math.Max(1, Environment.ProcessorCount / ranks),
            };
            if (group is not null)
            {
                await TrainAsRankAsync(parsed.GetValue(dataset)!, options, parsed.GetValue(output)!, group, cancellation);
                return;
            }
            string[] arguments = ranks > 1 ? [.. parsed.Tokens.Select(token => token.Value)] : [];
            await TrainAsync(
                parsed.GetValue(dataset)!, options, parsed.GetValue(output)!, parsed.GetValue(resume), ranks, arguments, parsed.GetValue(json),
                cancellation);
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
            bool began = await training.HasCheckpointsAsync(cancellation), ended = !began && await training.HasModelAsync(cancellation);
            if (!resume && (began || ended))
            {
                throw new BadInputException(
                    $"--out {output}: has {(began ? "checkpoints" : "the model")} of an earlier training; go on with --resume, or give "
                    + "another folder");
            }
            if (ended)
                await training.CheckModelAsync(ranks, cancellation);
            IReadOnlyList<EpochReport> epochs = await StepWatch.WatchAsync(async progress =>
            {
                if (ended)
                    return await training.HistoryAsync(cancellation);
                if (ranks == 1)
                    return await training.RunAsync(progress, null, cancellation);
                await TrainRanks.RunAsync(ranks, arguments, progress, cancellation);
                return await training.HistoryAsync(cancellation);
            });
            StandaloneEvaluation evaluation = await StandaloneEvaluation.RunAsync(
                Path.Combine(folder.FullPath, StandaloneTraining.ModelFolder), dataset, (long)options.Seed, cancellation);
            await EvaluateCommand.WriteAsync(folder, evaluation, cancellation);
            await training.DeleteCheckpointsAsync(cancellation);
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
}
