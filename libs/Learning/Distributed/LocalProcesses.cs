using System.Globalization;
using System.Reflection;

namespace DaprHep.Learning.Distributed;

/// <summary>
/// Ranks as processes of this machine. The rendezvous is kept here, so that ranks whose launcher dies end by themselves: what they would
/// meet at is gone.
/// </summary>
/// <param name="program">Program and first arguments; null: the program that this is, with <see cref="RankProcess.Verb"/>.</param>
public sealed class LocalProcesses(IReadOnlyList<string>? program = null) : IRankLauncher
{
    private const string Loopback = "127.0.0.1";

    /// <summary>
    /// How long all get to end when they are told to, with a last checkpoint, and how long the others when one has ended badly. One that
    /// stands still never ends; it takes six seconds to be noticed, and the attempt must not last longer than ten.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5), GraceAfterLoss = TimeSpan.FromSeconds(3);

    private readonly IReadOnlyList<string> _program = program ?? ThisProgram();

    /// <inheritdoc/>
    public async Task RunAsync(RankLaunch launch, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(launch.Ranks);
        using var rendezvous = RankStore.Keep(Loopback);
        var ranks = new List<LocalRank>();
        try
        {
            for (var rank = 0; rank < launch.Ranks; rank++)
            {
                var place = new Rendezvous(Loopback, rendezvous.Port, rank, launch.Ranks, Address: Loopback);
                ranks.Add(new LocalRank(place, [.. _program, .. launch.Arguments], rank == 0 ? launch.Output : null));
            }

            await WatchAsync(ranks, cancellation).ConfigureAwait(false);
        }
        finally
        {
            foreach (var rank in ranks)
                rank.Dispose();
        }
    }

    private static async Task WatchAsync(List<LocalRank> ranks, CancellationToken cancellation)
    {
        var running = new List<LocalRank>(ranks);
        try
        {
            while (running.Count > 0)
            {
                var ended = await Task.WhenAny(running.Select(rank => rank.Ended)).WaitAsync(cancellation).ConfigureAwait(false);
                var rank = await ended.ConfigureAwait(false);
                running.Remove(rank);
                if (rank.ExitCode == 0)
                    continue;
                await EndAsync(running, GraceAfterLoss).ConfigureAwait(false);
                throw FailureOf(FirstToBlame(ranks, rank), ranks.Count);
            }
        }
        catch (OperationCanceledException)
        {
            foreach (var rank in running)
                rank.Terminate();
            await EndAsync(running, Grace).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task EndAsync(List<LocalRank> running, TimeSpan grace)
    {
        try
        {
            await Task.WhenAll(running.Select(rank => rank.Ended)).WaitAsync(grace).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            running.ForEach(rank => rank.Kill());
            await Task.WhenAll(running.Select(rank => rank.Ended)).ConfigureAwait(false);
        }
    }

    /// <summary>A rank that was killed or gave up is to blame; one that ended because of it merely says so, maybe earlier.</summary>
    private static LocalRank FirstToBlame(List<LocalRank> ranks, LocalRank first) =>
        ranks.Find(rank => rank.ExitCode > 128 && rank.ExitCode != RankProcess.Interrupted && !rank.WasKilledHere)
            ?? ranks.Find(rank => rank.ExitCode == RankProcess.BadInput)
            ?? ranks.Find(rank => rank.ExitCode == RankProcess.Failed) ?? first;

    private static RankFailedException FailureOf(LocalRank rank, int size)
    {
        var how = rank.ExitCode > 128
            ? string.Create(CultureInfo.InvariantCulture, $"was ended by signal {rank.ExitCode - 128}")
            : string.Create(CultureInfo.InvariantCulture, $"ended with exit code {rank.ExitCode}");
        var errors = rank.Errors;
        return new RankFailedException(
            rank.Number, rank.ExitCode, errors, $"Rank {rank.Number} of {size} {how}{(errors.Length > 0 ? ": " + errors : "")}");
    }

    private static string[] ThisProgram()
    {
        var host = Environment.ProcessPath ?? throw new InvalidOperationException("this process does not know its program");
        return Path.GetFileNameWithoutExtension(host) == "dotnet"
            ? [host, Assembly.GetEntryAssembly()!.Location, RankProcess.Verb]
            : [host, RankProcess.Verb];
    }
}
