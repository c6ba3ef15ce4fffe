using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using DaprHep.Learning.Distributed;
using DaprHep.Learning.Distributed.Kubernetes;

namespace DaprHep.Kubernetes.Tests;

/// <summary>Processes with the environment that the pods of a job get find one another, as the kubelet and the DNS would have it.</summary>
public sealed class RankPodTests
{
    // bin/DaprHep.Kubernetes.Tests/release: the program of the ranks is built beside it.
    private static readonly DirectoryInfo Own = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    private static readonly string Program =
        Path.Combine(Own.Parent!.Parent!.FullName, "DaprHep.RankProgram", Own.Name, "DaprHep.RankProgram.dll");

    [Fact]
    public async Task Ranks_with_the_environment_of_their_pods_meet_at_the_first_and_compute_together()
    {
        RankJobTemplate template = RankJobTemplate.Read(Launch.TemplatePath, "daprhep/trainer:1.0");
        JsonObject job = template.JobFor("ranks-1", "daprhep", "t", new RankLaunch(2, ["job"]), null, TimeSpan.FromSeconds(50));
        int port = LoopbackPort.Free();
        Process[] ranks = [.. Enumerable.Range(0, 2).Select(rank => Start(job, rank, port))];
        try
        {
            foreach (Process rank in ranks)
            {
                Task<string> errors = rank.StandardError.ReadToEndAsync();
                string output = await rank.StandardOutput.ReadToEndAsync().WaitAsync(Patience.Limit);
                await rank.WaitForExitAsync();
                rank.ExitCode.ShouldBe(0, await errors);
                output.ShouldContain("sum 3 10");
            }
        }
        finally
        {
            foreach (Process rank in ranks)
            {
                rank.Kill();
                rank.Dispose();
            }
        }
    }

    private static Process Start(JsonObject job, int rank, int port)
    {
        var start = new ProcessStartInfo("dotnet", [Program, "sums"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (JsonNode? variable in job["spec"]!["template"]!["spec"]!["containers"]![0]!["env"]!.AsArray())
        {
            start.Environment[(string)variable!["name"]!] = (string?)variable["valueFrom"]?["fieldRef"]?["fieldPath"] switch
            {
                "metadata.labels['batch.kubernetes.io/job-completion-index']" => rank.ToString(CultureInfo.InvariantCulture),
                "status.podIP" => "127.0.0.1",
                null => (string?)variable["value"],
                var other => throw new InvalidOperationException($"{other} is no field that a pod has here"),
            };
        }
        start.Environment["DAPRHEP_RANK_HOST"].ShouldBe("ranks-1-0.ranks-1");
        start.Environment["DAPRHEP_RANK_PORT"] = port.ToString(CultureInfo.InvariantCulture);
        // The name of the first rank is known to the others; to itself, it may not be yet.
        if (rank > 0)
            start.Environment["DAPRHEP_RANK_HOST"] = "127.0.0.1";
        return Process.Start(start)!;
    }
}
