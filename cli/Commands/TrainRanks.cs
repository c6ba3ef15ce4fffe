using System.Text.Json;
using DaprHep.Hosting;
using DaprHep.Learning.Distributed;

namespace DaprHep.Cli.Commands;

/// <summary><c>train --ranks N</c>: N processes that run this command's own arguments, each on its share of the events.</summary>
internal static class TrainRanks
{
    /// <summary>How often to go on from the last checkpoint after a rank was lost.</summary>
    private const int Attempts = 3;

    /// <summary>Trains across ranks; the model is written by rank 0.</summary>
    /// <exception cref="BadInputException">A rank found the input to blame.</exception>
    /// <exception cref="RankFailedException">A rank failed, or ranks were lost again and again.</exception>
    public static async Task RunAsync(int ranks, IReadOnlyList<string> arguments, IProgressSink progress, CancellationToken cancellation)
    {
        var launcher = new LocalProcesses();
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await launcher.RunAsync(new RankLaunch(ranks, arguments) { Output = line => Tell(line, progress) }, cancellation);
                return;
            }
            catch (RankFailedException e) when (e.IsBadInput)
            {
                throw new BadInputException(e.Errors.Length > 0 ? e.Errors : e.Message, e);
            }
            catch (RankFailedException e) when (e.IsLost && attempt < Attempts)
            {
                Console.Error.WriteLine($"{e.Message}; going on from the last checkpoint, attempt {attempt + 1} of {Attempts}");
            }
        }
    }

    /// <summary>What rank 0 says goes to its launcher line by line: progress as JSON, anything else as it is.</summary>
    public static IProgressSink ReporterOf(RankGroup ranks) => new LineProgress(ranks.Rank == 0);

    private static void Tell(string line, IProgressSink progress)
    {
        if (line.StartsWith('{'))
            progress.Report(JsonSerializer.Deserialize<StepProgress>(line, JsonSerializerOptions.Web));
        else
            Console.Error.WriteLine(line);
    }

    private sealed class LineProgress(bool speaks) : IProgressSink
    {
        public void Report(in StepProgress progress)
        {
            if (speaks)
                Console.Out.WriteLine(JsonSerializer.Serialize(progress, JsonSerializerOptions.Web));
        }
    }
}
