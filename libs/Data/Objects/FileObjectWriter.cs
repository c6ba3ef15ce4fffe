namespace DaprHep.Data.Objects;

/// <summary>Writes one object to a temporary file beside its target, which takes the object's name when it is whole and on the disk.</summary>
/// <param name="store">The store, for errors.</param>
/// <param name="key">The object's key.</param>
/// <param name="file">The temporary file, open.</param>
/// <param name="temporary">Its path.</param>
/// <param name="path">The path of the object.</param>
internal sealed class FileObjectWriter(FileObjectStore store, string key, FileStream file, string temporary, string path) : ObjectWriter
{
    private readonly GuardedStream _stream = new(store, key, file);
    private bool _committed;

    /// <inheritdoc/>
    public override Stream Stream => _stream;

    /// <inheritdoc/>
    public override Task CommitAsync(CancellationToken cancellation = default)
    {
        Commit(overwrite: true);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task<bool> TryCommitAsync(CancellationToken cancellation = default) => Task.FromResult(Commit(overwrite: false));

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        try
        {
            file.Dispose();
        }
        catch (IOException)
        {
            // What is still to be written of it does not fit on the disk, and is not wanted any more.
        }
        if (!_committed)
            File.Delete(temporary);
        return ValueTask.CompletedTask;
    }

    private bool Commit(bool overwrite)
    {
        try
        {
            file.Flush(flushToDisk: true);
            file.Dispose();
            if (overwrite)
                File.Move(temporary, path, overwrite: true);
            else if (!PosixFile.TryMoveNew(temporary, path))
                return false;
            _committed = true;
            PosixFile.FlushFolder(Path.GetDirectoryName(path)!);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw store.Unwritable(key, e);
        }
    }

    /// <summary>The file, whose errors name the object.</summary>
    private sealed class GuardedStream(FileObjectStore store, string key, FileStream file) : Stream
    {
        public override bool CanRead => false;

        // Arrow's file writer insists, but only asks for the position.
        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => file.Length;

        public override long Position
        {
            get => file.Position;
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                file.Write(buffer);
            }
            catch (IOException e)
            {
                throw store.Unwritable(key, e);
            }
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                await file.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException e)
            {
                throw store.Unwritable(key, e);
            }
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
            try
            {
                file.Flush();
            }
            catch (IOException e)
            {
                throw store.Unwritable(key, e);
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
