using System.Collections.Concurrent;
using System.Diagnostics;
using DaprHep.Learning.Distributed;
using DaprHep.Learning.Distributed.Kubernetes;
using Microsoft.Extensions.Time.Testing;

namespace DaprHep.Kubernetes.Tests;

/// <summary>An attempt under way at a fake API server, with a clock that tests may put forward.</summary>
internal sealed class Launch : IAsyncDisposable
{
    private readonly CancellationTokenSource _cancellation = new();

    private Launch(FakeApiServer server, TimeProvider time, string? template, int ranks, int startSeconds, LauncherPod? launcher)
    {
        Server = server;
        Clock = time as FakeTimeProvider;
        string yaml = template ?? File.ReadAllText(TemplatePath);
        var jobs = new KubernetesJobs(
            server.Access, RankJobTemplate.Parse(yaml, "rank-job.yaml", "daprhep/trainer:1.0"), launcher, time)
        {
            StartLimit = TimeSpan.FromSeconds(startSeconds),
        };
        Attempt = jobs.RunAsync(new RankLaunch(ranks, ["job", "{\"run\":\"r\"}"]) { Output = Output.Enqueue }, _cancellation.Token);
    }

    /// <summary>The template that is deployed.</summary>
    public static string TemplatePath => Path.Combine(Repository.Root, "infra", "k8s", "base", "trainer", "rank-job.yaml");

    /// <summary>The server that it speaks to.</summary>
    public FakeApiServer Server { get; }

    /// <summary>What the server shows.</summary>
    public FakeCluster Cluster => Server.Cluster;

    /// <summary>The attempt.</summary>
    public Task Attempt { get; }

    /// <summary>What it said.</summary>
    public ConcurrentQueue<string> Output { get; } = new();

    private FakeTimeProvider? Clock { get; }

    /// <summary>Begins an attempt.</summary>
    public static Launch Begin(
        FakeApiServer server, bool fakeTime = false, string? template = null, int ranks = 3, int startSeconds = 900,
        LauncherPod? launcher = null) =>
        new(server, fakeTime ? new FakeTimeProvider() : TimeProvider.System, template, ranks, startSeconds, launcher);

    /// <summary>Begins an attempt, and returns when all ranks run.</summary>
    public static async Task<Launch> BeginRunningAsync(FakeApiServer server, bool fakeTime = false)
    {
        Launch launch = Begin(server, fakeTime);
        await launch.UntilAsync(() => launch.Cluster.All("services").Count == 1 && launch.IsWatched);
        return launch;
    }

    /// <summary>Whether both watches were opened.</summary>
    public bool IsWatched => Watches("/jobs") > 0 && Watches("/pods") > 0;

    /// <summary>How often a watch of a collection was opened.</summary>
    public int Watches(string collection) => Server.Requests.Count(request =>
        request.Contains(collection + "?", StringComparison.Ordinal) && request.Contains("watch=1", StringComparison.Ordinal));

    /// <summary>Whether it has said a line with this beginning.</summary>
    public bool Says(string beginning) => Output.Any(line => line.StartsWith(beginning, StringComparison.Ordinal));

    /// <summary>Cancels the attempt.</summary>
    public void Cancel() => _cancellation.Cancel();

    /// <summary>Waits for something; the fake clock goes on meanwhile.</summary>
    public async Task UntilAsync(Func<bool> isSo)
    {
        long started = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            if (Attempt.IsFaulted)
                await Attempt;
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Patience.Limit, string.Join('\n', Output.Concat(Server.Requests)));
            Clock?.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Delay(10);
        }
    }

    /// <summary>Puts the fake clock forward, step by step, so that everything has its turn.</summary>
    /// <param name="seconds">How far.</param>
    /// <param name="step">Seconds of a step; where nothing answers, long ones do.</param>
    public async Task AdvanceAsync(int seconds, double step = 0.5)
    {
        for (double gone = 0; gone < seconds; gone += step)
        {
            Clock!.Advance(TimeSpan.FromSeconds(step));
            await Task.Delay(5);
        }
    }

    /// <summary>The end of the attempt.</summary>
    public async Task EndAsync()
    {
        await UntilAsync(() => Attempt.IsCompleted);
        await Attempt;
    }

    /// <summary>The error with which the attempt ends.</summary>
    /// <param name="step">Seconds by which the fake clock goes on at a time meanwhile.</param>
    public async Task<T> FailureAsync<T>(double step = 0.2)
        where T : Exception
    {
        long started = Stopwatch.GetTimestamp();
        while (!Attempt.IsCompleted)
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Patience.Limit, string.Join('\n', Output.Concat(Server.Requests)));
            Clock?.Advance(TimeSpan.FromSeconds(step));
            await Task.Delay(10);
        }
        return await Should.ThrowAsync<T>(Attempt);
    }

    public async ValueTask DisposeAsync()
    {
        await _cancellation.CancelAsync();
        await Task.WhenAny(Attempt, Task.Delay(TimeSpan.FromSeconds(5)));
        _cancellation.Dispose();
    }
}
