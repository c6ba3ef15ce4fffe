using System.Threading.Channels;
using Dapr.Workflow.Grpc;
using DaprHep.WorkflowProtocol;
using Grpc.Core;

namespace DaprHep.DevSidecar.Tests;

/// <summary>A bare work stream: gives the items as they come and answers nothing by itself.</summary>
internal sealed class RawWorker
{
    private readonly Channel<WorkItem> _items = Channel.CreateUnbounded<WorkItem>();
    private readonly CancellationTokenSource _close;
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RawWorker(SidecarChannel channel, CancellationToken limit)
    {
        _close = CancellationTokenSource.CreateLinkedTokenSource(limit);
        _ = ReadAsync(channel, limit);
    }

    /// <summary>The stream is open and the sidecar counts it.</summary>
    public async Task OpenedAsync() => await _opened.Task;

    public async Task<WorkItem> NextAsync() => await _items.Reader.ReadAsync(_close.Token);

    public void Close() => _close.Cancel();

    private async Task ReadAsync(SidecarChannel channel, CancellationToken limit)
    {
        try
        {
            await foreach (var item in channel.StreamAsync(SidecarMethod.GetWorkItems, new GetWorkItemsRequest(), WorkItem.Parser,
                _opened.SetResult, _close.Token))
                await _items.Writer.WriteAsync(item, limit);
        }
        catch (RpcException e)
        {
            _items.Writer.TryComplete(e);
        }
    }
}
