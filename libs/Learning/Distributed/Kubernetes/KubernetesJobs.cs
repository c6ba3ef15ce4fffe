using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace DaprHep.Learning.Distributed.Kubernetes;

/// <summary>The pod of the launcher, with which the jobs that it has made are deleted.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its identity.</param>
public sealed record LauncherPod(string Name, string Uid);

/// <summary>
/// Ranks as pods of a Kubernetes cluster: an Indexed Job for each attempt, a pod for each rank, and a headless service by which they find
/// the first, which keeps the rendezvous. They take their data from an object store, so they need nothing of the launcher, and an API
/// server that is away for a while does not disturb them.
/// </summary>
/// <param name="access">The cluster.</param>
/// <param name="template">The job of an attempt.</param>
/// <param name="launcher">The launcher's own pod; null for none, so that jobs of a launcher that is deleted run on.</param>
/// <param name="time">The clock; null for the system's.</param>
public sealed class KubernetesJobs(
    ClusterAccess access, RankJobTemplate template, LauncherPod? launcher = null, TimeProvider? time = null) : IRankLauncher
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>How long others may take to end when one rank is lost: the first to be noticed is not always the cause.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(4);

    /// <summary>How long the job controller may fail to create pods, because of a quota or a policy or a webhook that is away.</summary>
    private static readonly TimeSpan CreateLimit = TimeSpan.FromSeconds(15);

    /// <summary>How long an API server may be away when ranks are to be ended, beside the time that these have.</summary>
    private static readonly TimeSpan CleanupLimit = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan LogLimit = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>How long the cluster may take until all ranks run: to make room, to add nodes, to pull the image. Waiting in a queue does
    /// not count.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromMinutes(15);

    /// <inheritdoc/>
    /// <exception cref="RanksNotPlacedException">Not all ranks got a place; the message has the cluster's reason.</exception>
    /// <exception cref="KubernetesException">The API server refused, or was away for too long.</exception>
    public async Task RunAsync(RankLaunch launch, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(launch);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(launch.Ranks);
        using var api = new KubernetesApi(access, _time);
        var training = TrainingOf(launch.Arguments);
        var output = Gate.For(launch.Output);
        // A launcher before this one may have died: its ranks would write the same checkpoints.
        var haveEnded = await EndJobsAsync(api, $"{RankJobTemplate.TrainingLabel}={training}", output, cancellation).ConfigureAwait(false);
        // A new name for each attempt: that of a deleted job may be taken as long as a pod hangs on a lost node.
        var name = $"ranks-{training[..8]}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}";
        try
        {
            await CreateAsync(api, name, training, launch, output, cancellation).ConfigureAwait(false);
            var placement = new RankPlacement(api, name, launch.Ranks, output)
            {
                StartLimit = StartLimit, CreateLimit = CreateLimit, ArePlacesHeld = !haveEnded,
            };
            await WatchAsync(api, name, launch.Ranks, placement, output, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await CleanUpAsync(api, name, output, cancellation.IsCancellationRequested).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What all attempts at a training have in common, as a label: a hash of what the ranks are told to do.</summary>
    internal static string TrainingOf(IReadOnlyList<string> arguments) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', arguments))).AsSpan(0, 8));

    private async Task CreateAsync(
        KubernetesApi api, string name, string training, RankLaunch launch, Action<string> output, CancellationToken cancellation)
    {
        var body = template.JobFor(name, api.Namespace, training, launch, OwnerOf(launcher), StartLimit + TimeSpan.FromMinutes(1));
        JsonElement job;
        try
        {
            (job, var warnings) = await api.CreateAsync(api.Jobs, body, cancellation).ConfigureAwait(false);
            foreach (var warning in warnings)
                output($"Kubernetes warns of job {name}: {warning}");
        }
        catch (KubernetesException e) when (e.Reason == "AlreadyExists")
        {
            // Created by this request, whose first answer was lost; nobody else takes such a name.
            job = await api.FindAsync($"{api.Jobs}/{name}", cancellation).ConfigureAwait(false)
                ?? throw new KubernetesException($"Job {name} was deleted as soon as it was created", e.Status, e.Reason, e);
        }

        try
        {
            var service = RankJobTemplate.ServiceFor(name, api.Namespace, training, job.TextAt("metadata", "uid")!);
            await api.CreateAsync(api.Services, service, cancellation).ConfigureAwait(false);
        }
        catch (KubernetesException e) when (e.Reason == "AlreadyExists")
        {
            // By the same.
        }

        output($"Job {name} with {launch.Ranks} ranks is created"
            + (template.Queue is { } queue ? $" and waits in queue {queue}" : ""));
    }

    private async Task WatchAsync(
        KubernetesApi api, string name, int ranks, RankPlacement placement, Action<string> output, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var news = Channel.CreateUnbounded<WatchNews>();
        var attempt = new RankAttempt(ranks);
        Task[] watches =
        [
            FollowAsync(new KubernetesWatch(api, api.Pods, $"labelSelector=batch.kubernetes.io%2Fjob-name%3D{name}")),
            FollowAsync(new KubernetesWatch(api, api.Jobs, $"fieldSelector=metadata.name%3D{name}")),
        ];
        Task? log = null;
        try
        {
            long? failed = null;
            while (!attempt.HasSucceeded)
            {
                await WaitAsync(news.Reader, stop.Token).ConfigureAwait(false);
                while (news.Reader.TryRead(out var item))
                {
                    if (item.Collection == api.Pods)
                        attempt.TakePods(item);
                    else
                        attempt.TakeJob(item);
                }

                if (log is null && attempt.FirstRank is { } first)
                    log = new RankLog(api, output).FollowAsync(first.Name, () => attempt.FirstRank is { HasEnded: true }, stop.Token);
                if (attempt.HasFailed)
                {
                    failed ??= _time.GetTimestamp();
                    if (attempt.IsSettled || _time.GetElapsedTime(failed.Value) > Settling)
                        throw attempt.Failure();
                }
                else
                {
                    await placement.CheckAsync(attempt, stop.Token).ConfigureAwait(false);
                }
            }

            if (log is not null)
                await log.WaitAsync(LogLimit, _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll([.. watches, log ?? Task.CompletedTask]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task FollowAsync(KubernetesWatch watch)
        {
            try
            {
                await watch.RunAsync(news.Writer, stop.Token).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // whatever ends a watch ends the attempt, where the news are read
            catch (Exception e)
#pragma warning restore CA1031
            {
                news.Writer.TryComplete(e);
            }
        }
    }

    /// <summary>Returns when there are news, and once a second.</summary>
    private async Task WaitAsync(ChannelReader<WatchNews> news, CancellationToken cancellation)
    {
        using var tick = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var arrival = news.WaitToReadAsync(tick.Token).AsTask();
        await Task.WhenAny(arrival, Task.Delay(Tick, _time, tick.Token)).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (arrival.IsCompleted)
            await arrival.ConfigureAwait(false);
        await tick.CancelAsync().ConfigureAwait(false);
        await ((Task)arrival).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Ends this attempt, and not one that another launcher may have begun. The reason of a failure outlives trouble with what it
    /// leaves behind; of what is cancelled, nothing must be left.</summary>
    private async Task CleanUpAsync(KubernetesApi api, string name, Action<string> output, bool isCancelled)
    {
        using var limit = new CancellationTokenSource(template.Grace + CleanupLimit, _time);
        try
        {
            await EndJobsAsync(api, $"{RankJobTemplate.AttemptLabel}={name}", output, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is KubernetesException or OperationCanceledException)
        {
            output($"The ranks could not be ended: {e.Message}");
            if (isCancelled)
            {
                throw new KubernetesException(
                    $"The ranks of a cancelled training could not be ended; delete job {name}: {e.Message}", cause: e);
            }
        }
    }

    /// <summary>Deletes the jobs with a label, and returns when none of their ranks runs any more, or one does not end.</summary>
    /// <returns>Whether all have ended.</returns>
    private async Task<bool> EndJobsAsync(KubernetesApi api, string label, Action<string> output, CancellationToken cancellation)
    {
        var selector = $"labelSelector={Uri.EscapeDataString(label)}";
        var (jobs, _) = await api.ListAsync(api.Jobs, selector, cancellation).ConfigureAwait(false);
        foreach (var job in jobs)
        {
            await api.DeleteAsync(
                $"{api.Jobs}/{job.TextAt("metadata", "name")}", job.TextAt("metadata", "uid")!, cancellation).ConfigureAwait(false);
        }

        var started = _time.GetTimestamp();
        while (true)
        {
            var (pods, _) = await api.ListAsync(api.Pods, selector, cancellation).ConfigureAwait(false);
            var running = pods.Where(pod => pod.TextAt("status", "phase") is not ("Succeeded" or "Failed")).ToArray();
            if (running.Length == 0)
                return true;
            // On a node that is gone they are for ever.
            if (_time.GetElapsedTime(started) > template.Grace + TimeSpan.FromSeconds(10))
            {
                output($"Pods do not end, as on a lost node: {string.Join(", ", running.Select(pod => pod.TextAt("metadata", "name")))}");
                return false;
            }

            await Task.Delay(Tick, _time, cancellation).ConfigureAwait(false);
        }
    }

    private static JsonObject? OwnerOf(LauncherPod? launcher) => launcher is null ? null : new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["name"] = launcher.Name,
        ["uid"] = launcher.Uid,
        ["blockOwnerDeletion"] = false,
    };

    /// <summary>Gives lines on one after the other, whoever writes them.</summary>
    private static class Gate
    {
        internal static Action<string> For(Action<string>? output)
        {
            var gate = new Lock();
            return line =>
            {
                lock (gate)
                    output?.Invoke(line);
            };
        }
    }
}
