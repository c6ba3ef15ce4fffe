using System.Buffers.Binary;
using System.Security.Cryptography;
using Apache.Arrow.FlatBuffers;
using F = Apache.Arrow.Ipc.MessageFormat;

namespace Apache.Arrow.Ipc;

/// <summary>
/// Writes an Arrow IPC stream: schema, then dictionaries and batches as they come. Bodies and their buffers begin at multiples of 64
/// bytes from the beginning, so that a reader may map them. Call <see cref="WriteEnd"/> at the end; disposing does not.
/// </summary>
public class ArrowStreamWriter : IDisposable
{
    private static readonly byte[] Zeros = new byte[F.BufferAlignment];

    private readonly bool _leaveOpen;
    private readonly IpcOptions _options;
    private readonly FlatBufferWriter _metadata = new();
    private readonly Dictionary<long, byte[]> _dictionaryDigests = [];
    private readonly ColumnLayout[] _columns;
    private readonly ICompressionCodec? _codec;
    private bool _started;
    private bool _ended;

    public ArrowStreamWriter(Stream baseStream, Schema schema)
        : this(baseStream, schema, false)
    {
    }

    public ArrowStreamWriter(Stream baseStream, Schema schema, bool leaveOpen)
        : this(baseStream, schema, leaveOpen, null)
    {
    }

    public ArrowStreamWriter(Stream baseStream, Schema schema, bool leaveOpen, IpcOptions? options)
    {
        ArgumentNullException.ThrowIfNull(baseStream);
        ArgumentNullException.ThrowIfNull(schema);
        BaseStream = baseStream;
        Schema = schema;
        _leaveOpen = leaveOpen;
        _options = options ?? IpcOptions.Default;
        _columns = ColumnLayout.Of(schema);
        if (_options.CompressionCodec is { } type)
        {
            var factory = _options.CompressionCodecFactory
                ?? throw new ArgumentException(
                    "A CompressionCodecFactory must be provided when a CompressionCodec is specified", nameof(options));
            _codec = factory.CreateCodec(type, _options.CompressionLevel);
        }
    }

    protected Stream BaseStream { get; }

    protected Schema Schema { get; }

    private protected long Position { get; private set; }

    public void WriteRecordBatch(RecordBatch recordBatch) =>
        WriteBatchAsync(recordBatch, false, default).AsTask().GetAwaiter().GetResult();

    public Task WriteRecordBatchAsync(RecordBatch recordBatch, CancellationToken cancellationToken = default) =>
        WriteBatchAsync(recordBatch, true, cancellationToken).AsTask();

    public void WriteStart() => StartAsync(false, default).AsTask().GetAwaiter().GetResult();

    public Task WriteStartAsync(CancellationToken cancellationToken = default) => StartAsync(true, cancellationToken).AsTask();

    /// <summary>Writes the schema if there was no batch, and the end mark.</summary>
    public void WriteEnd() => EndAsync(false, default).AsTask().GetAwaiter().GetResult();

    /// <summary>Writes the schema if there was no batch, and the end mark.</summary>
    public Task WriteEndAsync(CancellationToken cancellationToken = default) => EndAsync(true, cancellationToken).AsTask();

    public virtual void Dispose()
    {
        _codec?.Dispose();
        if (!_leaveOpen)
            BaseStream.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected virtual ValueTask WriteHeadAsync(bool async, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private protected virtual ValueTask WriteTailAsync(bool async, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private protected virtual void OnDictionary(long id, bool replaces, long offset, int metadataLength, long bodyLength)
    {
    }

    private protected virtual void OnRecordBatch(long offset, int metadataLength, long bodyLength)
    {
    }

    private protected int EncodeSchema(FlatBufferWriter writer) => SchemaEncoder.Encode(writer, Schema, _columns);

    private protected async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, bool async, CancellationToken cancellationToken)
    {
        if (async)
            await BaseStream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        else
            BaseStream.Write(bytes.Span);
        Position += bytes.Length;
    }

    private async ValueTask StartAsync(bool async, CancellationToken cancellationToken)
    {
        if (_ended)
            throw new InvalidOperationException("The end has been written already.");
        if (_started)
            return;
        _started = true;
        await WriteHeadAsync(async, cancellationToken).ConfigureAwait(false);
        byte[] message = FinishMessage(F.Header.Schema, EncodeSchema(_metadata), 0);
        await WriteMessageAsync(message, [], async, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask EndAsync(bool async, CancellationToken cancellationToken)
    {
        if (_ended)
            return;
        await StartAsync(async, cancellationToken).ConfigureAwait(false);
        _ended = true;
        var mark = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(mark, F.Continuation);
        await WriteAsync(mark, async, cancellationToken).ConfigureAwait(false);
        await WriteTailAsync(async, cancellationToken).ConfigureAwait(false);
        if (async)
            await BaseStream.FlushAsync(cancellationToken).ConfigureAwait(false);
        else
            BaseStream.Flush();
    }

    private async ValueTask WriteBatchAsync(RecordBatch batch, bool async, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.ColumnCount != _columns.Length)
            throw new ArgumentException($"The schema has {_columns.Length} columns, but the batch has {batch.ColumnCount}.", nameof(batch));
        var encoder = new BatchEncoder(_codec, _options.CompressionCodec);
        for (int i = 0; i < _columns.Length; i++)
        {
            var array = batch.Column(i).Data;
            if (array.Length != batch.Length)
                throw new ArgumentException(
                    $"Column {_columns[i].Field.Name} has {array.Length} rows, but the batch has {batch.Length}.", nameof(batch));
            encoder.Add(array, _columns[i]);
        }

        await StartAsync(async, cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < _columns.Length; i++)
            await WriteDictionariesAsync(batch.Column(i).Data, _columns[i], async, cancellationToken).ConfigureAwait(false);

        long offset = Position;
        byte[] message = FinishMessage(F.Header.RecordBatch, encoder.Encode(_metadata, batch.Length), encoder.BodyLength);
        await WriteMessageAsync(message, encoder.Body, async, cancellationToken).ConfigureAwait(false);
        OnRecordBatch(offset, checked((int)(Position - offset - encoder.BodyLength)), encoder.BodyLength);
    }

    /// <summary>Writes the dictionaries an array refers to, inner ones first, unless they were written before.</summary>
    private async ValueTask WriteDictionariesAsync(ArrayData array, ColumnLayout column, bool async, CancellationToken cancellationToken)
    {
        var values = column.DictionaryId is null ? array : array.Dictionary!;
        for (int i = 0; i < column.Children.Length; i++)
            await WriteDictionariesAsync(values.Children[i], column.Children[i], async, cancellationToken).ConfigureAwait(false);
        if (column.DictionaryId is not { } id)
            return;

        var encoder = new BatchEncoder(_codec, _options.CompressionCodec);
        encoder.Add(values, column.Dictionary);
        int batch = encoder.Encode(_metadata, values.Length);
        _metadata.BeginTable(F.DictionaryBatch.Slots);
        _metadata.Int64(F.DictionaryBatch.Id, id);
        _metadata.Reference(F.DictionaryBatch.Data, batch);
        byte[] message = FinishMessage(F.Header.DictionaryBatch, _metadata.EndTable(), encoder.BodyLength);

        byte[] digest = Digest(message, encoder);
        bool replaces = _dictionaryDigests.TryGetValue(id, out byte[]? before);
        if (replaces && digest.AsSpan().SequenceEqual(before))
            return;
        long offset = Position;
        OnDictionary(id, replaces, offset, PaddedLength(message.Length) + 8, encoder.BodyLength);
        _dictionaryDigests[id] = digest;
        await WriteMessageAsync(message, encoder.Body, async, cancellationToken).ConfigureAwait(false);
    }

    private static byte[] Digest(byte[] message, BatchEncoder encoder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(message);
        foreach (var part in encoder.Body)
            hash.AppendData(part.Span);
        return hash.GetHashAndReset();
    }

    private byte[] FinishMessage(F.Header header, int table, long bodyLength)
    {
        _metadata.BeginTable(F.Message.Slots);
        _metadata.Int64(F.Message.BodyLength, bodyLength);
        _metadata.Reference(F.Message.Header, table);
        _metadata.Int16(F.Message.Version, F.Version5);
        _metadata.Byte(F.Message.HeaderType, (byte)header);
        return _metadata.Finish(_metadata.EndTable());
    }

    /// <summary>The length of metadata written now, padded so that what follows begins at a multiple of 64 bytes.</summary>
    private int PaddedLength(int length) =>
        (int)(BitUtility.RoundUpToMultiplePowerOfTwo(Position + 8 + length, F.BufferAlignment) - Position - 8);

    private async ValueTask WriteMessageAsync(
        byte[] message, IEnumerable<ReadOnlyMemory<byte>> body, bool async, CancellationToken cancellationToken)
    {
        var head = new byte[8 + PaddedLength(message.Length)];
        BinaryPrimitives.WriteInt32LittleEndian(head, F.Continuation);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(4), head.Length - 8);
        message.CopyTo(head, 8);
        await WriteAsync(head, async, cancellationToken).ConfigureAwait(false);
        foreach (var part in body)
        {
            if (part.IsEmpty)
                continue;
            await WriteAsync(part, async, cancellationToken).ConfigureAwait(false);
            int padding = -part.Length & (F.BufferAlignment - 1);
            if (padding != 0)
                await WriteAsync(Zeros.AsMemory(0, padding), async, cancellationToken).ConfigureAwait(false);
        }
    }
}
