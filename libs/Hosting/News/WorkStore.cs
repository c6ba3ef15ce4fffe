using System.Diagnostics;
using DaprHep.Data.Objects;

namespace DaprHep.Hosting.News;

/// <summary>
/// The store as an activity uses it: the work under way is told how long reading and writing takes, and how much it is. Of an object that is
/// read in place, reading is to find and to map it; its pages come when they are first looked at.
/// </summary>
public sealed class WorkStore : ObjectStore
{
    private readonly ObjectStore _store;

    internal WorkStore(ObjectStore store) => _store = store;

    /// <inheritdoc/>
    public override string Url => _store.Url;

    /// <summary>Opens the store at <paramref name="url"/>, as <see cref="ObjectStore.Open"/> does.</summary>
    /// <exception cref="ObjectStoreException">The scheme is not known.</exception>
    public static new WorkStore Open(string url) => new(ObjectStore.Open(url));

    /// <inheritdoc/>
    public override Task<bool> ExistsAsync(string key, CancellationToken cancellation = default) =>
        MeasureAsync(() => _store.ExistsAsync(key, cancellation));

    /// <inheritdoc/>
    public override Task<ObjectContent> ReadAsync(string key, CancellationToken cancellation = default) =>
        ReadAsync(() => _store.ReadAsync(key, cancellation));

    /// <inheritdoc/>
    public override Task<ObjectContent> ReadRangeAsync(string key, long offset, int length, CancellationToken cancellation = default) =>
        ReadAsync(() => _store.ReadRangeAsync(key, offset, length, cancellation));

    /// <inheritdoc/>
    public override async Task<ObjectWriter> CreateAsync(string key, CancellationToken cancellation = default) =>
        new Writer(await MeasureAsync(() => _store.CreateAsync(key, cancellation)).ConfigureAwait(false));

    /// <inheritdoc/>
    public override Task DeleteAsync(string key, CancellationToken cancellation = default) => _store.DeleteAsync(key, cancellation);

    /// <inheritdoc/>
    public override IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, CancellationToken cancellation = default) =>
        _store.ListAsync(prefix, cancellation);

    /// <inheritdoc/>
    public override Task<int> UnfinishedAsync(DateTimeOffset before, bool delete, CancellationToken cancellation = default) =>
        _store.UnfinishedAsync(before, delete, cancellation);

    private static async Task<ObjectContent> ReadAsync(Func<Task<ObjectContent>> read)
    {
        ObjectContent content = await MeasureAsync(read).ConfigureAwait(false);
        WorkMeter.Current?.Read(content.Memory.Length);
        return content;
    }

    private static async Task<T> MeasureAsync<T>(Func<Task<T>> act)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            return await act().ConfigureAwait(false);
        }
        finally
        {
            WorkMeter.Current?.Spent(WorkMeter.InputOutput, started);
        }
    }

    // What is written counts when it is there: an object that is dropped is not written.
    private sealed class Writer(ObjectWriter inner) : ObjectWriter
    {
        private readonly MeasuredStream _stream = new(inner.Stream);

        public override Stream Stream => _stream;

        public override Task CommitAsync(CancellationToken cancellation = default) => CommitAsync(async () =>
        {
            await inner.CommitAsync(cancellation).ConfigureAwait(false);
            return true;
        });

        public override Task<bool> TryCommitAsync(CancellationToken cancellation = default) => CommitAsync(() => inner.TryCommitAsync(cancellation));

        public override ValueTask DisposeAsync() => inner.DisposeAsync();

        private async Task<bool> CommitAsync(Func<Task<bool>> commit)
        {
            inner.Sha256 = Sha256;
            bool isWritten = await MeasureAsync(commit).ConfigureAwait(false);
            if (isWritten)
                WorkMeter.Current?.Wrote(_stream.Length);
            return isWritten;
        }
    }
}
