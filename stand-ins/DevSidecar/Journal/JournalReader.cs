using DaprHep.WorkflowProtocol;
using Microsoft.Data.Sqlite;

namespace DaprHep.DevSidecar.Journal;

/// <summary>Reads workflows back: at start those still open, later the ended ones, which are not kept in memory.</summary>
internal sealed class JournalReader(string path) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection = JournalStore.Open(path);

    public WorkflowState? FindInstance(string app, string id)
    {
        lock (_gate)
        {
            using var command = Command("SELECT record FROM instance WHERE app = $1 AND id = $2", app, id);
            return command.ExecuteScalar() is byte[] record ? WorkflowState.Parser.ParseFrom(record) : null;
        }
    }

    public List<HistoryEvent> History(string app, string id)
    {
        lock (_gate)
        {
            using var command = Command("SELECT events FROM history WHERE app = $1 AND id = $2 ORDER BY turn", app, id);
            using var reader = command.ExecuteReader();
            var events = new List<HistoryEvent>();
            while (reader.Read())
                events.AddRange(GetInstanceHistoryResponse.Parser.ParseFrom(reader.GetFieldValue<byte[]>(0)).Events);
            return events;
        }
    }

    public (long LastTurn, List<(long Seq, HistoryEvent Event)> Inbox) Pending(string app, string id)
    {
        lock (_gate)
        {
            using var turns = Command("SELECT COALESCE(MAX(turn), 0) FROM history WHERE app = $1 AND id = $2", app, id);
            var last = (long)turns.ExecuteScalar()!;
            using var command = Command("SELECT seq, event FROM inbox WHERE app = $1 AND id = $2 ORDER BY seq", app, id);
            using var reader = command.ExecuteReader();
            var inbox = new List<(long, HistoryEvent)>();
            while (reader.Read())
                inbox.Add((reader.GetInt64(0), HistoryEvent.Parser.ParseFrom(reader.GetFieldValue<byte[]>(1))));
            return (last, inbox);
        }
    }

    public List<(string App, string Id, long? NotBefore, WorkflowState State)> OpenInstances()
    {
        lock (_gate)
        {
            using var command = Command("SELECT app, id, not_before, record FROM instance WHERE ended = 0");
            using var reader = command.ExecuteReader();
            var open = new List<(string, string, long?, WorkflowState)>();
            while (reader.Read())
            {
                open.Add((reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetInt64(2),
                    WorkflowState.Parser.ParseFrom(reader.GetFieldValue<byte[]>(3))));
            }

            return open;
        }
    }

    public List<(string App, string Id, WorkflowState State)> EndedInstances()
    {
        lock (_gate)
        {
            using var command = Command("SELECT app, id, record FROM instance WHERE ended = 1");
            using var reader = command.ExecuteReader();
            var ended = new List<(string, string, WorkflowState)>();
            while (reader.Read())
                ended.Add((reader.GetString(0), reader.GetString(1), WorkflowState.Parser.ParseFrom(reader.GetFieldValue<byte[]>(2))));
            return ended;
        }
    }

    /// <summary>Ids after <paramref name="after"/>, in order, one more than a page to tell whether there is a next one.</summary>
    public List<string> InstanceIds(string app, string after, long count)
    {
        lock (_gate)
        {
            using var command = Command("SELECT id FROM instance WHERE app = $1 AND id > $2 ORDER BY id LIMIT $3", app, after, count);
            using var reader = command.ExecuteReader();
            var ids = new List<string>();
            while (reader.Read())
                ids.Add(reader.GetString(0));
            return ids;
        }
    }

    /// <summary>Any other question of this sidecar's own parts.</summary>
    public T Query<T>(Func<SqliteConnection, T> query)
    {
        lock (_gate)
            return query(_connection);
    }

    public void Dispose() => _connection.Dispose();

    private SqliteCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // the statements are constants of this file
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue($"${i + 1}", values[i]);
        return command;
    }
}
