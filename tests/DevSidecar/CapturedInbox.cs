using System.Threading.Channels;
using DaprHep.WorkflowProtocol;
using Grpc.Core;

namespace DaprHep.DevSidecar.Tests;

/// <summary>What the workers of an app were sent and the play has not come to yet.</summary>
internal sealed class CapturedInbox
{
    private readonly Channel<(int Stream, WorkItem Item)> _arriving = Channel.CreateUnbounded<(int, WorkItem)>();
    private readonly List<(int Stream, WorkItem Item)> _items = [];
    private readonly HashSet<int> _closed = [];

    public void Listen(int stream, RawWorker worker) => _ = Task.Run(async () =>
    {
        try
        {
            while (true)
                await _arriving.Writer.WriteAsync((stream, await worker.NextAsync()));
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException or RpcException)
        {
            // The stream is closed; what it had not answered comes on another.
        }
    });

    public void Forget(int stream)
    {
        _closed.Add(stream);
        _items.RemoveAll(i => i.Stream == stream);
    }

    public async Task<(int Stream, WorkItem Item)> TakeAsync(string key, string where, CancellationToken limit)
    {
        while (true)
        {
            var index = _items.FindIndex(i => CapturedLine.KeyOf(i.Item) == key);
            if (index >= 0)
            {
                var item = _items[index];
                _items.RemoveAt(index);
                return item;
            }

            try
            {
                var arrived = await _arriving.Reader.ReadAsync(limit);
                if (!_closed.Contains(arrived.Stream))
                    _items.Add(arrived);
            }
            catch (OperationCanceledException)
            {
                var sent = string.Join(", ", _items.Select(i => CapturedLine.KeyOf(i.Item)));
                throw new TimeoutException($"{where}: the sidecar never sent {key}; it sent {sent}.");
            }
        }
    }
}
