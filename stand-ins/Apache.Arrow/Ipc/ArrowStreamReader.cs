using F = Apache.Arrow.Ipc.MessageFormat;

namespace Apache.Arrow.Ipc;

/// <summary>
/// Reads an Arrow IPC stream. Over memory, the arrays are views of that memory, which the caller keeps alive and unchanged. An IPC
/// <em>file</em> in memory is a stream from byte 8 on, so <c>new ArrowStreamReader(memory[8..])</c> views its batches without a copy.
/// </summary>
public class ArrowStreamReader : IArrowReader, IArrowArrayStream
{
    private protected readonly MessageReader messages;
    private protected readonly BatchReader batches;

    public ArrowStreamReader(Stream stream)
        : this(stream, leaveOpen: false)
    {
    }

    public ArrowStreamReader(Stream stream, bool leaveOpen)
        : this(stream, null, leaveOpen)
    {
    }

    public ArrowStreamReader(Stream stream, ICompressionCodecFactory? compressionCodecFactory)
        : this(stream, compressionCodecFactory, false)
    {
    }

    public ArrowStreamReader(Stream stream, ICompressionCodecFactory? compressionCodecFactory, bool leaveOpen)
        : this(SourceOf(stream, leaveOpen), "stream", compressionCodecFactory)
    {
    }

    public ArrowStreamReader(ReadOnlyMemory<byte> buffer)
        : this(buffer, null)
    {
    }

    public ArrowStreamReader(ReadOnlyMemory<byte> buffer, ICompressionCodecFactory? compressionCodecFactory)
        : this(new MemorySource(buffer), "stream", compressionCodecFactory)
    {
    }

    private protected ArrowStreamReader(ByteSource source, string kind, ICompressionCodecFactory? codecs)
    {
        messages = new MessageReader(source, kind);
        batches = new BatchReader(codecs);
    }

    /// <summary>Read from the beginning of the stream when first asked for.</summary>
    /// <exception cref="InvalidDataException">There is no schema, or it is malformed.</exception>
    public Schema Schema
    {
        get
        {
            EnsureOpenAsync(false, default).AsTask().GetAwaiter().GetResult();
            return batches.Schema!;
        }
    }

    public async ValueTask<Schema> GetSchema(CancellationToken cancellationToken = default)
    {
        await EnsureOpenAsync(true, cancellationToken).ConfigureAwait(false);
        return batches.Schema!;
    }

    /// <summary>The next batch, or null after the last.</summary>
    /// <exception cref="InvalidDataException">The stream is malformed or cut off.</exception>
    public ValueTask<RecordBatch?> ReadNextRecordBatchAsync(CancellationToken cancellationToken = default) =>
        ReadNextAsync(true, cancellationToken);

    /// <summary>The next batch, or null after the last.</summary>
    /// <exception cref="InvalidDataException">The stream is malformed or cut off.</exception>
    public RecordBatch? ReadNextRecordBatch() => ReadNextAsync(false, default).AsTask().GetAwaiter().GetResult();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            messages.Dispose();
    }

    private protected static StreamSource SourceOf(Stream stream, bool leaveOpen)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new StreamSource(stream, leaveOpen);
    }

    private protected virtual async ValueTask EnsureOpenAsync(bool async, CancellationToken cancellationToken)
    {
        if (batches.Schema is not null)
            return;
        var message = await messages.ReadAsync(async, cancellationToken).ConfigureAwait(false);
        batches.TakeSchema(message ?? throw new InvalidDataException("Arrow stream: expected a schema message, found the end."));
    }

    private protected virtual async ValueTask<RecordBatch?> ReadNextAsync(bool async, CancellationToken cancellationToken)
    {
        await EnsureOpenAsync(async, cancellationToken).ConfigureAwait(false);
        while (await messages.ReadAsync(async, cancellationToken).ConfigureAwait(false) is { } message)
        {
            if (message.Header != F.Header.DictionaryBatch)
                return batches.MakeBatch(message);
            batches.TakeDictionary(message);
        }

        return null;
    }
}
