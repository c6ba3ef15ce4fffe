using System.Net;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Cli.Stack;

/// <summary>A running process of a service.</summary>
internal sealed record Replica(StackService Service, StackProcess Process, int Port);

/// <summary>
/// The services as processes on this machine with the development sidecar beside them. Start: the sidecar, then the services in their
/// order, then all are waited for. Stop: the services, then the sidecar.
/// </summary>
internal sealed class LocalStack : IAsyncDisposable
{
    private const string SidecarName = "sidecar";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ServiceStopLimit = TimeSpan.FromMilliseconds(3300);
    private static readonly TimeSpan SidecarStopLimit = TimeSpan.FromMilliseconds(1200);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly StackLog _log;
    private readonly List<Replica> _replicas = [];
    private StackProcess? _sidecar;

    private LocalStack(StackLog log) => _log = log;

    /// <summary>The processes of the services.</summary>
    public IReadOnlyList<Replica> Replicas => _replicas;

    /// <summary>Where the gateway listens.</summary>
    public Uri Gateway => new($"http://127.0.0.1:{_replicas.First(replica => replica.Service.Name == Apps.Pipeline).Port}");

    /// <summary>Starts all and waits until every process is ready.</summary>
    /// <param name="services">The services in the order of their start.</param>
    /// <param name="data">Folder of the sidecar's journal and the default object store.</param>
    /// <param name="log">Takes the lines of all processes.</param>
    /// <param name="cancellation">Gives up and stops what was started.</param>
    /// <exception cref="StackException">A process ended or did not get ready; a port is taken.</exception>
    public static async Task<LocalStack> StartAsync(
        IReadOnlyList<StackService> services, string data, StackLog log, CancellationToken cancellation)
    {
        var stack = new LocalStack(log);
        try
        {
            Directory.CreateDirectory(data);
            List<Seat> seats = Seat.For(services);
            await stack.StartSidecarAsync(seats, data, cancellation);
            foreach (Seat seat in seats)
                stack._replicas.Add(new Replica(seat.Service, seat.Start(data, log), seat.Port));
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };
            foreach (Replica replica in stack._replicas)
                await stack.WaitReadyAsync(http, replica, cancellation);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Ends when the stack can't do its work any more: the sidecar or the last replica of a service has died. A replica that dies while
    /// others of its service live is only noted; its work goes to them.
    /// </summary>
    /// <returns>What has died.</returns>
    public async Task<string> BrokenAsync(CancellationToken cancellation)
    {
        var living = _replicas.ToList();
        while (true)
        {
            Task cancelled = Task.Delay(Timeout.Infinite, cancellation);
            await Task.WhenAny([cancelled, _sidecar!.Exited, .. living.Select(replica => replica.Process.Exited)]);
            cancellation.ThrowIfCancellationRequested();
            if (_sidecar.Exited.IsCompleted)
                return $"the sidecar has ended with exit code {_sidecar.ExitCode}";
            foreach (Replica dead in living.Where(replica => replica.Process.Exited.IsCompleted).ToList())
            {
                living.Remove(dead);
                string what = $"{dead.Process.Name} (process {dead.Process.Id}) has ended with exit code {dead.Process.ExitCode}";
                if (living.All(replica => replica.Service != dead.Service))
                    return what;
                _log.Write("daprhep", $"{what}; the other replicas of {dead.Service.Name} go on");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_replicas.Select(replica => replica.Process.StopAsync(ServiceStopLimit)));
        foreach (Replica replica in _replicas)
            replica.Process.Dispose();
        if (_sidecar is not null)
        {
            await _sidecar.StopAsync(SidecarStopLimit);
            _sidecar.Dispose();
        }
    }

    private async Task StartSidecarAsync(List<Seat> seats, string data, CancellationToken cancellation)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        IEnumerable<string> apps = seats.SelectMany(seat => new[] { "--app", seat.SidecarArgument });
        // As components/statestore.yaml has it: services and gateway see the same records.
        string[] arguments = ["--journal", Path.Combine(data, "journal.db"), "--state-key-prefix", "name", .. apps];
        _sidecar = StackProcess.Start(SidecarName, BuiltProgram.PathOf("DevSidecar"), arguments, Seat.Shared, _log, line =>
        {
            if (line == "ready")
                ready.TrySetResult();
            return true;
        });
        await Task.WhenAny(ready.Task, _sidecar.Exited).WaitAsync(StartLimit, cancellation);
        if (!ready.Task.IsCompleted)
            throw new StackException($"the sidecar has ended with exit code {_sidecar.ExitCode}; its lines above say why");
    }

    private async Task WaitReadyAsync(HttpClient http, Replica replica, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(StartLimit);
        string answer = "no answer";
        while (true)
        {
            StackProcess[] all = [_sidecar!, .. _replicas.Select(other => other.Process)];
            if (all.FirstOrDefault(process => process.Exited.IsCompleted) is { } ended)
                throw new StackException($"{ended.Name} has ended with exit code {ended.ExitCode} at the start; its lines above say why");
            try
            {
                var question = new Uri($"http://127.0.0.1:{replica.Port}/healthz/ready");
                using HttpResponseMessage response = await http.GetAsync(question, limit.Token);
                if (response.StatusCode == HttpStatusCode.OK)
                    return;
                answer = await response.Content.ReadAsStringAsync(limit.Token);
            }
            catch (HttpRequestException e)
            {
                answer = e.Message;
            }
            catch (OperationCanceledException) when (!limit.IsCancellationRequested)
            {
                answer = "no answer to one question";
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                string reason = answer.ReplaceLineEndings(" ");
                throw new StackException($"{replica.Process.Name} is not ready after {StartLimit.TotalSeconds:F0} s: {reason}");
            }
            await Task.Delay(Pause, cancellation);
        }
    }
}
