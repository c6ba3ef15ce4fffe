using System.Buffers.Binary;
using Apache.Arrow.FlatBuffers;
using F = Apache.Arrow.Ipc.MessageFormat;

namespace Apache.Arrow.Ipc;

/// <summary>Reads an Arrow IPC file through its footer: batches in any order.</summary>
public class ArrowFileReader : ArrowStreamReader
{
    private Block[]? _blocks;
    private int _next;

    public ArrowFileReader(Stream stream)
        : this(stream, leaveOpen: false)
    {
    }

    public ArrowFileReader(Stream stream, bool leaveOpen)
        : this(stream, null, leaveOpen)
    {
    }

    public ArrowFileReader(Stream stream, ICompressionCodecFactory? compressionCodecFactory)
        : this(stream, compressionCodecFactory, false)
    {
    }

    private ArrowFileReader(Stream stream, ICompressionCodecFactory? compressionCodecFactory, bool leaveOpen)
        : base(SourceOf(stream, leaveOpen), "file", compressionCodecFactory)
    {
        if (!stream.CanSeek)
            throw new ArgumentException("An Arrow file is read from its end, so its stream must be seekable.", nameof(stream));
    }

    public static ArrowFileReader FromFile(string filename) =>
        new(new FileStream(filename, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0));

    public async ValueTask<int> RecordBatchCountAsync()
    {
        await EnsureOpenAsync(true, default).ConfigureAwait(false);
        return _blocks!.Length;
    }

    /// <summary>The batch of that index, from 0.</summary>
    /// <exception cref="InvalidDataException">The file is malformed or cut off.</exception>
    public ValueTask<RecordBatch> ReadRecordBatchAsync(int index, CancellationToken cancellationToken = default) =>
        ReadAsync(index, true, cancellationToken);

    private protected override async ValueTask<RecordBatch?> ReadNextAsync(bool async, CancellationToken cancellationToken)
    {
        await EnsureOpenAsync(async, cancellationToken).ConfigureAwait(false);
        return _next < _blocks!.Length ? await ReadAsync(_next++, async, cancellationToken).ConfigureAwait(false) : null;
    }

    private protected override async ValueTask EnsureOpenAsync(bool async, CancellationToken cancellationToken)
    {
        if (_blocks is not null)
            return;
        var (footer, end) = await ReadFooterAsync(async, cancellationToken).ConfigureAwait(false);
        var (dictionaries, records) = DecodeFooter(footer, end);
        foreach (var block in dictionaries)
            batches.TakeDictionary(await ReadMessageAsync(block, async, cancellationToken).ConfigureAwait(false));
        _blocks = records;
    }

    private static Block[] DecodeBlocks(ReadOnlySpan<byte> structs, long end, string what)
    {
        var blocks = new Block[structs.Length / F.Footer.BlockSize];
        for (int i = 0; i < blocks.Length; i++)
        {
            var block = structs.Slice(i * F.Footer.BlockSize, F.Footer.BlockSize);
            long offset = BinaryPrimitives.ReadInt64LittleEndian(block);
            long metadata = BinaryPrimitives.ReadInt32LittleEndian(block[8..]);
            long body = BinaryPrimitives.ReadInt64LittleEndian(block[16..]);
            if (offset < 8 || metadata < 8 || body < 0 || offset > end || metadata > end - offset || body > end - offset - metadata)
            {
                throw new InvalidDataException(
                    $"Arrow file, footer: expected {what} {i} between bytes 8 and {end}, found {metadata} + {body} bytes at {offset}.");
            }

            blocks[i] = new Block(offset, metadata + body);
        }

        return blocks;
    }

    private async ValueTask<(ReadOnlyMemory<byte> Footer, long End)> ReadFooterAsync(bool async, CancellationToken cancellationToken)
    {
        var source = messages.Source;
        long length = source.Length!.Value;
        int tail = 4 + F.Magic.Length;
        if (length < 8 + tail)
            throw new InvalidDataException($"Arrow file: expected at least {8 + tail} bytes, found {length}.");
        source.Seek(0);
        var head = await source.ReadAsync(F.Magic.Length, async, cancellationToken).ConfigureAwait(false);
        CheckMagic(head.Span, 0);
        source.Seek(length - tail);
        var last = await source.ReadAsync(tail, async, cancellationToken).ConfigureAwait(false);
        CheckMagic(last.Span[4..], length - F.Magic.Length);
        int footerLength = BinaryPrimitives.ReadInt32LittleEndian(last.Span);
        long end = length - tail - footerLength;
        if (footerLength <= 0 || end < 8)
            throw new InvalidDataException(
                $"Arrow file: expected a footer of 1 to {length - tail - 8} bytes, found a length of {footerLength}.");
        source.Seek(end);
        return (await source.ReadAsync(footerLength, async, cancellationToken).ConfigureAwait(false), end);
    }

    private static void CheckMagic(ReadOnlySpan<byte> found, long at)
    {
        if (!found.SequenceEqual(F.Magic))
        {
            throw new InvalidDataException(
                $"Arrow file: expected \"ARROW1\" at byte {at}, found {Convert.ToHexString(found)}; it is no Arrow file or cut off.");
        }
    }

    private (Block[] Dictionaries, Block[] Records) DecodeFooter(ReadOnlyMemory<byte> bytes, long end)
    {
        var footer = FlatTable.Root(bytes.Span);
        batches.TakeSchema(SchemaDecoder.Decode(footer.Table(F.Footer.Schema, "schema"), bytes.Length));
        return (
            DecodeBlocks(footer.Structs(F.Footer.Dictionaries, F.Footer.BlockSize), end, "dictionary batch"),
            DecodeBlocks(footer.Structs(F.Footer.RecordBatches, F.Footer.BlockSize), end, "record batch"));
    }

    private async ValueTask<RecordBatch> ReadAsync(int index, bool async, CancellationToken cancellationToken)
    {
        await EnsureOpenAsync(async, cancellationToken).ConfigureAwait(false);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _blocks!.Length);
        return batches.MakeBatch(await ReadMessageAsync(_blocks[index], async, cancellationToken).ConfigureAwait(false));
    }

    private async ValueTask<Message> ReadMessageAsync(Block block, bool async, CancellationToken cancellationToken)
    {
        messages.Source.Seek(block.Offset);
        var message = await messages.ReadAsync(async, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidDataException(
                $"Arrow file, message at byte {block.Offset}: expected a batch, found the end-of-stream mark.");
        long read = messages.Source.Position - block.Offset;
        return read == block.Length
            ? message
            : throw new InvalidDataException($"{message.Where}: expected {block.Length} bytes as in the footer, found {read}.");
    }

    private readonly record struct Block(long Offset, long Length);
}
