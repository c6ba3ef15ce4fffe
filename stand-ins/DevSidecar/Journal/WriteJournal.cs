using Microsoft.Data.Sqlite;

namespace DaprHep.DevSidecar.Journal;

/// <summary>
/// Writes in order, many in one transaction: while one batch is committed the next one gathers. What the outside may see only once
/// it is safe — answers to callers, work for workers — is given as an effect and runs after its batch is committed.
/// </summary>
internal sealed class WriteJournal : IDisposable
{
    private readonly JournalStore _store;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly SemaphoreSlim _wake = new(0);
    private List<Action<JournalStore>> _writes = [];
    private List<Action> _effects = [];
    private bool _sleeping;
    private bool _stopped;

    public WriteJournal(string path, ILogger logger)
    {
        _store = new JournalStore(path);
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = "journal" };
        _thread.Start();
    }

    /// <summary>What is written while this is held is committed in one transaction, whole or not at all.</summary>
    public Lock Gate { get; } = new();

    public void Write(Action<JournalStore> write)
    {
        lock (Gate)
        {
            _writes.Add(write);
            Wake();
        }
    }

    public void AfterCommit(Action effect)
    {
        lock (Gate)
        {
            _effects.Add(effect);
            Wake();
        }
    }

    /// <summary>A write that answers; what it throws undoes it alone and comes back to the caller.</summary>
    public Task<T> AskAsync<T>(Func<JournalStore, T> write)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        T? result = default;
        Exception? failure = null;
        lock (Gate)
        {
            Write(store =>
            {
                failure = null;
                store.Execute("SAVEPOINT ask");
                try
                {
                    result = write(store);
                }
                catch (Exception e) when (e is not SqliteException { SqliteErrorCode: 10 or 13 })
                {
                    failure = e;
                    store.Execute("ROLLBACK TO ask");
                }

                store.Execute("RELEASE ask");
            });
            AfterCommit(() =>
            {
                if (failure is null)
                    answer.SetResult(result!);
                else
                    answer.SetException(failure);
            });
        }

        return answer.Task;
    }

    /// <summary>Commits what is queued and closes the file.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            _stopped = true;
            Wake();
        }

        _thread.Join();
        _store.Dispose();
        _wake.Dispose();
    }

    private void Wake()
    {
        if (_sleeping)
        {
            _sleeping = false;
            _wake.Release();
        }
    }

    private void Run()
    {
        List<Action<JournalStore>> writes = [];
        List<Action> effects = [];
        while (true)
        {
            lock (Gate)
            {
                (writes, _writes) = (_writes, writes);
                (effects, _effects) = (_effects, effects);
                if (writes.Count == 0 && effects.Count == 0)
                {
                    if (_stopped)
                        return;
                    _sleeping = true;
                }
            }

            if (writes.Count == 0 && effects.Count == 0)
            {
                _wake.Wait();
                continue;
            }

            if (writes.Count > 0)
                Commit(writes);
            foreach (var effect in effects)
                Run(effect);
            writes.Clear();
            effects.Clear();
        }
    }

    // One caller's failure must not stop the journal for all.
    private void Run(Action effect)
    {
        try
        {
            effect();
        }
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.LogCritical(e, "What follows a commit failed.");
        }
    }

    // A full or failing disk must not lose what was accepted: nothing is answered until the batch is in.
    private void Commit(List<Action<JournalStore>> writes)
    {
        while (true)
        {
            try
            {
                _store.Execute("BEGIN IMMEDIATE");
                foreach (var write in writes)
                    write(_store);
                _store.Execute("COMMIT");
                return;
            }
            catch (SqliteException e)
            {
                _logger.LogCritical(e, "The journal cannot be written; the sidecar waits and tries again. Is the disk full?");
                try
                {
                    _store.Execute("ROLLBACK");
                }
                catch (SqliteException)
                {
                    // SQLite has rolled back by itself.
                }

                Thread.Sleep(1000);
            }
        }
    }
}
