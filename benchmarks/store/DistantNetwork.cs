using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace DaprHep.Benchmarks.Store;

/// <summary>
/// A relay on loopback that makes a store distant: what it sends arrives half a round trip later, and a connection has no more than a
/// window of bytes on their way in a round trip, as TCP has.
/// </summary>
internal sealed class DistantNetwork : IDisposable
{
    private const int Piece = 64 << 10;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TimeSpan _roundTrip;
    private readonly long _window;
    private readonly int _target;

    public DistantNetwork(int target, TimeSpan roundTrip, long window)
    {
        (_target, _roundTrip, _window) = (target, roundTrip, window);
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = RelayAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task RelayAsync(TcpClient near)
    {
        using (near)
        using (var far = new TcpClient { NoDelay = true })
        {
            near.NoDelay = true;
            await far.ConnectAsync(IPAddress.Loopback, _target);
            Task request = CopyAsync(near.GetStream(), far.GetStream(), long.MaxValue);
            Task answer = CopyAsync(far.GetStream(), near.GetStream(), _window);
            await Task.WhenAny(request, answer);
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, long window)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Piece);
        long started = Stopwatch.GetTimestamp(), idle = started, sent = 0;
        try
        {
            while (true)
            {
                int count = await from.ReadAsync(buffer.AsMemory(0, Piece));
                if (count == 0)
                    break;
                // After a silence the way is empty: the first bytes take half a round trip, and the window is whole.
                if (Stopwatch.GetElapsedTime(idle) > _roundTrip / 2)
                {
                    await Task.Delay(_roundTrip / 2);
                    (started, sent) = (Stopwatch.GetTimestamp(), 0);
                }
                sent += count;
                TimeSpan due = _roundTrip * ((double)sent / window - 1);
                if (due - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } wait)
                    await Task.Delay(wait);
                await to.WriteAsync(buffer.AsMemory(0, count));
                idle = Stopwatch.GetTimestamp();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // One side has hung up.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
