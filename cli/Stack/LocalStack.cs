using System.Net;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Cli.Stack;

/// <summary>A running process of a service, its port, and the port of its sidecar's HTTP API.</summary>
internal sealed record Replica(StackService Service, StackProcess Process, int Port, int Sidecar);

/// <summary>
/// The services as processes on this machine with their sidecars beside them. Start: the sidecars, then the services in their order, then
/// all are waited for. Stop: the services, then the sidecars.
/// </summary>
internal sealed class LocalStack : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan ServiceStopLimit = TimeSpan.FromMilliseconds(3300);
    private static readonly TimeSpan SidecarStopLimit = TimeSpan.FromMilliseconds(1200);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly StackFolder _folder;
    private readonly StackLog _log;
    private readonly List<Replica> _replicas = [];
    private readonly List<StackProcess> _sidecars = [];

    private LocalStack(StackFolder folder, StackLog log)
    {
        _folder = folder;
        _log = log;
    }

    /// <summary>The processes of the services.</summary>
    public IReadOnlyList<Replica> Replicas => _replicas;

    /// <summary>Where the gateway listens.</summary>
    public Uri Gateway => new($"http://127.0.0.1:{_replicas.First(replica => replica.Service.Name == Apps.Pipeline).Port}");

    /// <summary>Starts all and waits until every process is ready.</summary>
    /// <param name="file">The services in the order of their start, and the components.</param>
    /// <param name="daprd">Whether the sidecars are daprd's instead of the development sidecar.</param>
    /// <param name="store">URL of the object store of runs that name none, <c>s3</c> for one that is started too; null for the folder's.</param>
    /// <param name="folder">Folder of the sidecar's journal and the default object store.</param>
    /// <param name="log">Takes the lines of all processes.</param>
    /// <param name="cancellation">Gives up and stops what was started.</param>
    /// <exception cref="StackException">A process ended or did not get ready; a port is taken.</exception>
    public static async Task<LocalStack> StartAsync(
        StackFile file, bool daprd, string? store, StackFolder folder, StackLog log, CancellationToken cancellation)
    {
        var stack = new LocalStack(folder, log);
        try
        {
            IReadOnlyDictionary<string, string> storage = store == LocalS3.Name
                ? await LocalS3.StartAsync(file.Folder, folder.FullPath, log, stack.AddSidecar, cancellation)
                : new Dictionary<string, string> { ["DAPRHEP_STORE"] = store ?? folder.StoreUrl };
            List<Seat> seats = Seat.For(file.Services);
            if (daprd)
                DaprdProcesses.Start(seats, DaprResources.Prepare(file.Components, folder.FullPath), folder.FullPath, log, stack.AddSidecar);
            else
                await stack.StartDevSidecarAsync(seats, cancellation);
            foreach (Seat seat in seats)
            {
                var replica = new Replica(seat.Service, seat.Start(storage, log), seat.Port, seat.SidecarHttp);
                stack._replicas.Add(replica);
                folder.Add(replica.Process.Member);
            }
            using var http = new HttpClient(new ResetConnectionHandler(new SocketsHttpHandler { UseProxy = false })) { Timeout = TimeSpan.FromSeconds(5) };
            foreach (Replica replica in stack._replicas)
                await stack.WaitReadyAsync(http, replica, cancellation);
            folder.SetReady(stack.Gateway);
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
            await Task.WhenAny([cancelled, .. _sidecars.Select(sidecar => sidecar.Exited), .. living.Select(replica => replica.Process.Exited)]);
            cancellation.ThrowIfCancellationRequested();
            if (_sidecars.FirstOrDefault(sidecar => sidecar.Exited.IsCompleted) is { } ended)
                return $"{ended.Name} (process {ended.Id}) has ended with exit code {ended.ExitCode}";
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
        await Task.WhenAll(_sidecars.Select(sidecar => sidecar.StopAsync(SidecarStopLimit)));
        foreach (StackProcess sidecar in _sidecars)
            sidecar.Dispose();
    }

    private void AddSidecar(StackProcess process)
    {
        _sidecars.Add(process);
        _folder.Add(process.Member);
    }

    private async Task StartDevSidecarAsync(List<Seat> seats, CancellationToken cancellation)
    {
        (StackProcess sidecar, Task ready) = DevSidecarProcess.Start(seats, _folder.FullPath, _log);
        AddSidecar(sidecar);
        await Task.WhenAny(ready, sidecar.Exited).WaitAsync(StartLimit, cancellation);
        if (!ready.IsCompleted)
            throw new StackException($"the sidecar has ended with exit code {sidecar.ExitCode}; its lines above say why");
    }

    private async Task WaitReadyAsync(HttpClient http, Replica replica, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(StartLimit);
        string answer = "no answer";
        while (true)
        {
            StackProcess[] all = [.. _sidecars, .. _replicas.Select(other => other.Process)];
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
