using System.Runtime.InteropServices;
using DaprHep.Learning.Checkpoints;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Distributed;

/// <summary>The outermost part of a program that runs as a rank: joins the group, does the work, and ends as a launcher expects.</summary>
public static class RankProcess
{
    /// <summary>The argument with which a program is started as a rank.</summary>
    public const string Verb = "rank";

    /// <summary>Exit codes: the input is to blame, something failed, another rank is gone or did not come, ended by a signal.</summary>
    internal const int BadInput = 3, Failed = 4, OtherLost = 5, Interrupted = 130;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>Runs work as the rank that the environment says.</summary>
    /// <param name="work">The work; what it writes to standard output reaches the launcher where the rank is 0.</param>
    /// <param name="isBadInput">Tells further exceptions that the input is to blame for.</param>
    /// <returns>The exit code: 0 done, 3 bad input, 4 failed, 5 another rank lost, 130 interrupted.</returns>
    public static async Task<int> RunAsync(
        Func<RankGroup, CancellationToken, Task> work, Func<Exception, bool>? isBadInput = null)
    {
        var speech = new LastWord();
        using var interrupted = new CancellationTokenSource();
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            interrupted.Cancel();
        });
        // Ctrl-C reaches all processes of a terminal; it is for the launcher to say what follows.
        using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        try
        {
            using var group = RankGroup.Join(Rendezvous.FromEnvironment(), cancellation: interrupted.Token);
            using var watch = group.Lost.Register(() => EndSoon(group, speech));
            try
            {
                await work(group, interrupted.Token).ConfigureAwait(false);
                return 0;
            }
            catch (Exception e) when (e is not (RankLostException or OperationCanceledException))
            {
                // Said before the group is left, so that no other rank has to guess.
                group.Abort(OneLine(e));
                throw;
            }
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return Interrupted;
        }
        catch (Exception e)
        {
            speech.Say(OneLine(e));
            return e is RankLostException or RendezvousException ? OtherLost
                : IsBadInput(e) || isBadInput?.Invoke(e) == true ? BadInput
                : Failed;
        }
    }

    /// <summary>
    /// The next collective reports the loss. A rank that computes for long, or whose GPU waits for the lost one, does not get there.
    /// </summary>
    private static void EndSoon(RankGroup group, LastWord speech)
    {
        var thread = new Thread(() =>
        {
            Thread.Sleep(Grace);
            speech.Say(group.LostReason);
            Environment.Exit(OtherLost);
        });
        thread.IsBackground = true;
        thread.Start();
    }

    private static bool IsBadInput(Exception e) => e is TrainingDataException or UnknownModelException or HyperParameterException
        or CheckpointMismatchException or TrainingDeviceException;

    private static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ");

    /// <summary>Why this rank ends, said once: one that fails while others leave has two, and the first is the cause.</summary>
    private sealed class LastWord
    {
        private int _said;

        internal void Say(string? why)
        {
            if (Interlocked.Exchange(ref _said, 1) == 0)
                Console.Error.WriteLine(why);
        }
    }
}
