using System.Collections.Concurrent;

namespace Dapr.Workflow.Worker;

/// <summary>
/// The one thread a workflow's turn runs on. Continuations of the workflow's awaits are queued here and run in order; one that
/// comes from another thread means that the workflow awaited something outside of its history.
/// </summary>
internal sealed class TurnThread : SynchronizationContext
{
    private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> _queue = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private volatile bool _closed;
    private volatile bool _foreignPost;

    /// <summary>Whether something that is not a durable task woke the workflow.</summary>
    public bool WokenFromOutside => _foreignPost;

    public bool IsCurrent => !_closed && Environment.CurrentManagedThreadId == _thread;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!IsCurrent)
            _foreignPost = true;
        else
            _queue.Enqueue((d, state));
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("A workflow's thread takes no Send.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs workflow code, then all it has queued.</summary>
    public void Run(Action code)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            code();
            while (_queue.TryDequeue(out var item))
                item.Callback(item.State);
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <summary>
    /// Completes a task the workflow may be awaiting. No context is current meanwhile, so that plain awaits are queued here and
    /// awaits with ConfigureAwait(false) go on inside this very call: both stay on the turn's thread.
    /// </summary>
    public static void Complete(Action completion)
    {
        var before = Current;
        SetSynchronizationContext(null);
        try
        {
            completion();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public void Close() => _closed = true;
}
