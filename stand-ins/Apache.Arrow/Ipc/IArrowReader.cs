namespace Apache.Arrow.Ipc;

public interface IArrowReader
{
    /// <summary>The next batch, or null after the last.</summary>
    ValueTask<RecordBatch?> ReadNextRecordBatchAsync(CancellationToken cancellationToken = default);
}

public interface IArrowArrayStream : IArrowReader, IDisposable
{
    Schema Schema { get; }
}
