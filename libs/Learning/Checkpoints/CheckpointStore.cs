using DaprHep.Data.Objects;

namespace DaprHep.Learning.Checkpoints;

/// <summary>
/// The last checkpoints of one training, below a prefix of an object store: <c>checkpoint-N.safetensors</c> with the tensors and
/// <c>checkpoint-N.json</c> with everything else and a digest of both, written last. There is one place more than checkpoints are
/// kept and they are used in turn, so that a process that dies while it writes one leaves the others whole.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="prefix">What the keys begin with, e.g. <c>checkpoints</c>.</param>
/// <param name="log">Told when training goes on from a checkpoint, and when one is passed over because it is damaged.</param>
public sealed class CheckpointStore(ObjectStore store, string prefix, Action<string>? log = null)
{
    /// <summary>How many checkpoints there always are, once there have been as many.</summary>
    public const int Kept = 3;

    private const int Places = Kept + 1;

    private long _next;

    /// <summary>Key and position of the newest sound checkpoint that this object has written or read; null where there is none.</summary>
    public string? Last { get; private set; }

    /// <summary>Whether there is a checkpoint, sound or not, of whatever training.</summary>
    /// <param name="cancellation">Ends the work early.</param>
    public async Task<bool> AnyAsync(CancellationToken cancellation = default)
    {
        for (var place = 0; place < Places; place++)
        {
            if (await store.ExistsAsync(RecordKey(place), cancellation).ConfigureAwait(false))
                return true;
        }

        return false;
    }

    /// <summary>
    /// Deletes the checkpoints of a training that has ended. What cannot be deleted is left, with a line saying so: the training is not
    /// the worse for it.
    /// </summary>
    /// <param name="cancellation">Ends the work early.</param>
    public async Task DeleteAsync(CancellationToken cancellation = default)
    {
        try
        {
            // Mostly there are none.
            var there = await store.ListAsync($"{prefix}/", cancellation).Select(entry => entry.Key)
                .ToHashSetAsync(cancellationToken: cancellation).ConfigureAwait(false);
            // Records first: tensors without one are no checkpoint, and no damaged one either.
            foreach (var keyOf in (Func<int, string>[])[RecordKey, TensorsKey])
            {
                foreach (var key in Enumerable.Range(0, Places).Select(keyOf).Where(there.Contains))
                    await store.DeleteAsync(key, cancellation).ConfigureAwait(false);
            }
        }
        catch (ObjectStoreException e)
        {
            log?.Invoke($"checkpoints are left behind: {e.Message}");
        }
    }

    /// <summary>Writes a checkpoint over the oldest.</summary>
    /// <exception cref="ObjectStoreException">The store can't be written.</exception>
    internal void Save(Checkpoint checkpoint, TrainingIdentity training)
    {
        var place = (int)(_next % Places);
        var (tensors, record) = checkpoint.Write(_next, training);
        WriteAsync().GetAwaiter().GetResult();
        _next++;
        Last = Described(place, checkpoint.State);

        async Task WriteAsync()
        {
            await store.WriteAsync(TensorsKey(place), tensors).ConfigureAwait(false);
            await store.WriteAsync(RecordKey(place), record).ConfigureAwait(false);
        }
    }

    /// <summary>The newest checkpoint that is sound; null where there is none.</summary>
    /// <exception cref="CheckpointMismatchException">It is of another training.</exception>
    /// <exception cref="ObjectStoreException">The store can't be read.</exception>
    internal Checkpoint? Load(TrainingIdentity training) => LoadAsync(training).GetAwaiter().GetResult();

    private async Task<Checkpoint?> LoadAsync(TrainingIdentity training)
    {
        var records = new List<(int Place, CheckpointRecord Record)>();
        for (var place = 0; place < Places; place++)
        {
            if (!await store.ExistsAsync(RecordKey(place)).ConfigureAwait(false))
                continue;
            using var json = await store.ReadAsync(RecordKey(place)).ConfigureAwait(false);
            if (Checkpoint.ReadRecord(json.Memory.Span) is { } record)
                records.Add((place, record));
            else
                LogDamage(place);
        }

        foreach (var (place, record) in records.OrderByDescending(found => found.Record.Number))
        {
            if (record.Format != CheckpointRecord.CurrentFormat)
            {
                throw new CheckpointMismatchException(
                    $"{store.Url}: {RecordKey(place)} has format {record.Format}; this version reads {CheckpointRecord.CurrentFormat}");
            }

            Checkpoint? checkpoint = null;
            if (await store.ExistsAsync(TensorsKey(place)).ConfigureAwait(false))
            {
                using var tensors = await store.ReadAsync(TensorsKey(place)).ConfigureAwait(false);
                checkpoint = Checkpoint.Read(record, tensors.Memory.Span);
            }

            if (checkpoint is null)
            {
                LogDamage(place);
                continue;
            }

            if (training.DifferenceFrom(record.Training) is { } difference)
            {
                throw new CheckpointMismatchException(
                    $"{store.Url}: {RecordKey(place)} is a checkpoint of another training: it {difference}; "
                    + "train with the same options and data, or start anew elsewhere");
            }

            _next = record.Number + 1;
            Last = Described(place, record.State);
            log?.Invoke($"going on from {Last}");
            return checkpoint;
        }

        return null;
    }

    private void LogDamage(int place) =>
        log?.Invoke($"{prefix}/checkpoint-{place} in {store.Url} is damaged or was not finished; taking the one before it");

    private string Described(int place, TrainingState state) =>
        $"{RecordKey(place)} in {store.Url} (epoch {state.Epoch + 1}, batch {state.Batch + 1})";

    private string TensorsKey(int place) => $"{prefix}/checkpoint-{place}.safetensors";

    private string RecordKey(int place) => $"{prefix}/checkpoint-{place}.json";
}
