using DaprHep.Data.Objects;

namespace DaprHep.Features.Tests;

/// <summary>The process has ended, as far as the store is concerned.</summary>
internal sealed class CrashException() : Exception("killed");

/// <summary>
/// A store whose process is killed at a given moment of its writing: when it begins an object, has written some of it, is about to commit it, or
/// has committed it. What has begun stays as it was then, and nothing more is done.
/// </summary>
internal sealed class CrashingStore(ObjectStore store, int momentsToLive) : ObjectStore
{
    private int _left = momentsToLive;

    /// <summary>Whether it came to that.</summary>
    public bool HasCrashed => _left < 0;

    public override string Url => store.Url;

    public override Task<bool> ExistsAsync(string key, CancellationToken cancellation = default) => store.ExistsAsync(key, cancellation);

    public override Task<ObjectContent> ReadAsync(string key, CancellationToken cancellation = default) => store.ReadAsync(key, cancellation);

    public override Task<ObjectContent> ReadRangeAsync(string key, long offset, int length, CancellationToken cancellation = default) =>
        store.ReadRangeAsync(key, offset, length, cancellation);

    public override async Task<ObjectWriter> CreateAsync(string key, CancellationToken cancellation = default)
    {
        Pass();
        return new Writer(this, await store.CreateAsync(key, cancellation));
    }

    public override Task DeleteAsync(string key, CancellationToken cancellation = default) => store.DeleteAsync(key, cancellation);

    public override IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, CancellationToken cancellation = default) => store.ListAsync(prefix, cancellation);

    public override Task<int> UnfinishedAsync(DateTimeOffset before, bool delete, CancellationToken cancellation = default) =>
        store.UnfinishedAsync(before, delete, cancellation);

    private void Pass()
    {
        if (_left < 0 || --_left < 0)
            throw new CrashException();
    }

    private sealed class Writer(CrashingStore owner, ObjectWriter inner) : ObjectWriter
    {
        public override Stream Stream
        {
            get
            {
                owner.Pass();
                return inner.Stream;
            }
        }

        public override async Task CommitAsync(CancellationToken cancellation = default)
        {
            owner.Pass();
            await inner.CommitAsync(cancellation);
            owner.Pass();
        }

        public override async Task<bool> TryCommitAsync(CancellationToken cancellation = default)
        {
            owner.Pass();
            bool isWritten = await inner.TryCommitAsync(cancellation);
            owner.Pass();
            return isWritten;
        }

        public override async ValueTask DisposeAsync()
        {
            // Who is killed clears nothing away.
            if (!owner.HasCrashed)
                await inner.DisposeAsync();
        }
    }
}
