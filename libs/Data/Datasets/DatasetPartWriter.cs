using System.Security.Cryptography;
using Apache.Arrow;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;

namespace DaprHep.Data.Datasets;

/// <summary>Writes one part of a dataset, counting its bytes and taking its SHA-256 on the way.</summary>
public sealed class DatasetPartWriter : IAsyncDisposable
{
    private readonly ObjectWriter _object;
    private readonly HashingStream _hashing;
    private readonly EventFileWriter _events;
    private readonly string _name;

    private readonly ObjectStore _store;
    private readonly string _dataset;

    private DatasetPartWriter(ObjectStore store, string dataset, ObjectWriter target, string name, Schema schema, string? compression)
    {
        (_store, _dataset, _object) = (store, dataset, target);
        _name = name;
        _hashing = new HashingStream(target.Stream);
        _events = new EventFileWriter(_hashing, schema, compression);
    }

    /// <summary>Starts part <paramref name="index"/> of dataset <paramref name="dataset"/>.</summary>
    public static Task<DatasetPartWriter> CreateAsync(
        ObjectStore store, string dataset, int index, Schema schema, CancellationToken cancellation = default) =>
        CreateAsync(store, dataset, index, schema, compression: null, cancellation);

    /// <summary>Starts part <paramref name="index"/> of dataset <paramref name="dataset"/>.</summary>
    /// <param name="store">The store.</param>
    /// <param name="dataset">The dataset's prefix.</param>
    /// <param name="index">Index of the part.</param>
    /// <param name="schema">From <see cref="EventSchema.Create"/>.</param>
    /// <param name="compression">One of <see cref="EventCompression.Names"/>; null to write the buffers as they are.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public static async Task<DatasetPartWriter> CreateAsync(
        ObjectStore store, string dataset, int index, Schema schema, string? compression, CancellationToken cancellation = default)
    {
        string name = $"part-{index:D5}.arrow";
        ObjectWriter target = await store.CreateAsync($"{dataset}/{name}", cancellation).ConfigureAwait(false);
        return new DatasetPartWriter(store, dataset, target, name, schema, compression);
    }

    /// <summary>Writes one record batch; the table's buffers may be used again when this returns.</summary>
    public void Write(in EventTable table) => _events.Write(table);

    /// <summary>
    /// Completes the file and makes it visible. A part that is there already (of an attempt that ended before the manifest, or of another
    /// process that does the same work) stays, whatever software wrote it: a manifest may name it by its digest.
    /// </summary>
    /// <returns>The part that is there.</returns>
    /// <exception cref="ObjectStoreException">The store can't be written.</exception>
    /// <exception cref="EventDataException">The part that is there is damaged.</exception>
    public async Task<DatasetPart> CommitAsync(CancellationToken cancellation = default)
    {
        _events.Finish();
        string sha256 = _hashing.Sha256();
        _object.Sha256 = sha256;
        if (await _object.TryCommitAsync(cancellation).ConfigureAwait(false))
            return new DatasetPart(_name, _events.Rows, _hashing.Bytes, sha256);
        using ObjectContent there = await _store.ReadAsync($"{_dataset}/{_name}", cancellation).ConfigureAwait(false);
        long rows = EventFile.Read($"{_dataset}/{_name}", there.Memory).Sum(table => (long)table.Ids.Length);
        if (rows != _events.Rows)
        {
            string problem = $"has {rows:N0} events where the same step now gives {_events.Rows:N0}: delete the dataset {_dataset} and run again";
            throw new ObjectStoreException(_store.Url, $"{_dataset}/{_name}", problem, null, ObjectStoreProblem.Damaged);
        }
        return new DatasetPart(_name, rows, there.Memory.Length, Convert.ToHexStringLower(SHA256.HashData(there.Memory.Span)));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _events.Dispose();
        _hashing.Dispose();
        await _object.DisposeAsync().ConfigureAwait(false);
    }

    private sealed class HashingStream(Stream target) : Stream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public long Bytes { get; private set; }

        public override bool CanRead => false;

        // Arrow's file writer insists, but only asks for the position.
        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => Bytes;

        public override long Position
        {
            get => Bytes;
            set => throw new NotSupportedException();
        }

        public string Sha256() => Convert.ToHexStringLower(_hash.GetCurrentHash());

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            target.Write(buffer);
            _hash.AppendData(buffer);
            Bytes += buffer.Length;
        }

        public override void Flush() => target.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _hash.Dispose();
            base.Dispose(disposing);
        }
    }
}
