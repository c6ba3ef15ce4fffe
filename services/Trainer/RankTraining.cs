using System.Collections.Concurrent;
using System.Text.Json;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Jobs;
using DaprHep.Hosting.News;
using DaprHep.Learning.Distributed;
using DaprHep.Learning.Distributed.Kubernetes;
using DaprHep.Learning.Training;

namespace DaprHep.Trainer;

/// <summary>
/// Trains a run's model over several processes. Each is the program of this process, the trainer or the command line, started with the
/// arguments <c>rank job INPUT</c>, on this machine or in a pod of its own.
/// </summary>
public static class RankTraining
{
    /// <summary>The argument after <see cref="RankProcess.Verb"/>; one more follows, what to train.</summary>
    public const string Verb = "job";

    /// <summary>Runs this process as a rank.</summary>
    /// <param name="input">A <see cref="TrainModelInput"/> as JSON.</param>
    /// <returns>The exit code.</returns>
    public static Task<int> RunAsync(string input)
    {
        var training = new ModelTraining(JsonSerializer.Deserialize<TrainModelInput>(input, JsonSerializerOptions.Web)!, new LineProgress())
        {
            AfterEpoch = epoch => Tell(new RankReport { Epoch = epoch }),
            Log = Console.Out.WriteLine,
        };
        return RankProcess.RunAsync(
            (ranks, cancellation) => training.RunAsRankAsync(ranks, work => Tell(new RankReport { Work = work }), cancellation), e => ModelErrors.AreInput(e) || e is TrainingDivergedException);
    }

    /// <summary>Starts the ranks and waits for their end.</summary>
    /// <param name="input">What to train.</param>
    /// <param name="places">Where they run.</param>
    /// <param name="progress">Takes progress.</param>
    /// <param name="afterEpoch">Told after every epoch.</param>
    /// <param name="log">Told what else the first rank says.</param>
    /// <param name="cancellation">Ends all ranks.</param>
    /// <exception cref="BadInputException">The input is to blame.</exception>
    /// <exception cref="WorkLostException">A rank was lost.</exception>
    /// <exception cref="RankFailedException">A rank failed.</exception>
    /// <exception cref="RanksNotPlacedException">The cluster has no place for them.</exception>
    internal static async Task LaunchAsync(
        TrainModelInput input, RankPlaces places, IProgressSink progress, Action<long> afterEpoch, Action<string> log,
        CancellationToken cancellation)
    {
        places.Check(input);
        WorkMeter? meter = WorkMeter.Current;
        var working = new ConcurrentDictionary<string, WorkRecord>();
        var launch = new RankLaunch(input.Ranks, [Verb, JsonSerializer.Serialize(input, JsonSerializerOptions.Web)])
        {
            Output = line =>
            {
                if (RankReport.Read(line) is not { } report)
                    log(line);
                else if (report.Epoch is { } epoch)
                    afterEpoch(epoch);
                else if (report.Progress is { } step)
                    progress.Report(step);
                else
                    (report.Work ?? []).ToList().ForEach(TellWork);
            },
        };
        string state = "lost";
        try
        {
            await places.Launcher.RunAsync(launch, cancellation);
            state = "done";
        }
        catch (RankFailedException e) when (e.IsBadInput)
        {
            throw new BadInputException(e.Errors.Length > 0 ? e.Errors : e.Message, e);
        }
        catch (RankFailedException e) when (e.IsLost)
        {
            throw new WorkLostException(e.Message, e);
        }
        catch (KubernetesException e) when (e.IsUnreachable)
        {
            throw new WorkLostException(e.Message, e);
        }
        finally
        {
            // Ranks that end badly do not tell of it.
            foreach (WorkRecord work in working.Values)
                TellWork(work with { State = cancellation.IsCancellationRequested ? "cancelled" : state, Ended = DateTimeOffset.UtcNow });
        }

        void TellWork(WorkRecord work)
        {
            if (work.HasEnded)
                working.TryRemove(work.Id, out _);
            else
                working[work.Id] = work;
            meter?.Tell(work);
        }
    }

    private static void Tell(RankReport report) => Console.Out.WriteLine(JsonSerializer.Serialize(report, JsonSerializerOptions.Web));

    /// <summary>What the first rank tells its launcher, one JSON object a line; lines that are none are for the log.</summary>
    private sealed record RankReport
    {
        /// <summary>How far it has come.</summary>
        public StepProgress? Progress { get; init; }

        /// <summary>The epoch that has ended.</summary>
        public long? Epoch { get; init; }

        /// <summary>The work of all ranks.</summary>
        public IReadOnlyList<WorkRecord>? Work { get; init; }

        /// <summary>Reads a line; null for one that is for the log, or that a killed process has not finished.</summary>
        public static RankReport? Read(string line)
        {
            try
            {
                return line.StartsWith('{') ? JsonSerializer.Deserialize<RankReport>(line, JsonSerializerOptions.Web) : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    private sealed class LineProgress : IProgressSink
    {
        public void Report(in StepProgress progress) => Tell(new RankReport { Progress = progress });
    }
}
