using System.Buffers.Binary;
using Apache.Arrow.FlatBuffers;
using F = Apache.Arrow.Ipc.MessageFormat;

namespace Apache.Arrow.Ipc;

/// <summary>Writes an Arrow IPC file: a stream between magic bytes, with a footer that says where each batch is.</summary>
public class ArrowFileWriter : ArrowStreamWriter
{
    private readonly List<byte> _dictionaryBlocks = [];
    private readonly List<byte> _recordBatchBlocks = [];

    public ArrowFileWriter(Stream stream, Schema schema)
        : this(stream, schema, leaveOpen: false)
    {
    }

    public ArrowFileWriter(Stream stream, Schema schema, bool leaveOpen)
        : this(stream, schema, leaveOpen, null)
    {
    }

    public ArrowFileWriter(Stream stream, Schema schema, bool leaveOpen, IpcOptions? options)
        : base(stream, schema, leaveOpen, options)
    {
        if (!stream.CanWrite)
            throw new ArgumentException("stream must be writable", nameof(stream));
        if (!stream.CanSeek)
            throw new ArgumentException("stream must be seekable", nameof(stream));
    }

    private protected override ValueTask WriteHeadAsync(bool async, CancellationToken cancellationToken)
    {
        var head = new byte[8];
        F.Magic.CopyTo(head);
        return WriteAsync(head, async, cancellationToken);
    }

    private protected override void OnDictionary(long id, bool replaces, long offset, int metadataLength, long bodyLength)
    {
        if (replaces)
        {
            throw new InvalidOperationException(
                $"Dictionary {id} differs from that of an earlier batch: an Arrow file holds one dictionary a column. " +
                "Use the same dictionary in all batches, or write a stream.");
        }

        AddBlock(_dictionaryBlocks, offset, metadataLength, bodyLength);
    }

    private protected override void OnRecordBatch(long offset, int metadataLength, long bodyLength) =>
        AddBlock(_recordBatchBlocks, offset, metadataLength, bodyLength);

    private protected override ValueTask WriteTailAsync(bool async, CancellationToken cancellationToken)
    {
        var writer = new FlatBufferWriter();
        int schema = EncodeSchema(writer);
        int dictionaries = writer.Structs(_dictionaryBlocks.ToArray(), _dictionaryBlocks.Count / F.Footer.BlockSize);
        int recordBatches = writer.Structs(_recordBatchBlocks.ToArray(), _recordBatchBlocks.Count / F.Footer.BlockSize);
        writer.BeginTable(F.Footer.Slots);
        writer.Reference(F.Footer.Schema, schema);
        writer.Reference(F.Footer.Dictionaries, dictionaries);
        writer.Reference(F.Footer.RecordBatches, recordBatches);
        writer.Int16(F.Footer.Version, F.Version5);
        byte[] footer = writer.Finish(writer.EndTable());
        var tail = new byte[footer.Length + 4 + F.Magic.Length];
        footer.CopyTo(tail, 0);
        BinaryPrimitives.WriteInt32LittleEndian(tail.AsSpan(footer.Length), footer.Length);
        F.Magic.CopyTo(tail.AsSpan(footer.Length + 4));
        return WriteAsync(tail, async, cancellationToken);
    }

    private static void AddBlock(List<byte> blocks, long offset, int metadataLength, long bodyLength)
    {
        Span<byte> block = stackalloc byte[F.Footer.BlockSize];
        block.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(block, offset);
        BinaryPrimitives.WriteInt32LittleEndian(block[8..], metadataLength);
        BinaryPrimitives.WriteInt64LittleEndian(block[16..], bodyLength);
        blocks.AddRange(block);
    }
}
