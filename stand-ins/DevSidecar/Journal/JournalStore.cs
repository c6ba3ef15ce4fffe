using Microsoft.Data.Sqlite;

namespace DaprHep.DevSidecar.Journal;

/// <summary>
/// The tables of the journal, with prepared statements. Used by the journal's own thread only, inside its transactions.
/// A workflow is a record (its state as shown), its history (one row a turn) and its inbox (events no turn has taken yet);
/// pending activities, timers and children follow from the history and are not stored again.
/// </summary>
internal sealed class JournalStore : IDisposable
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS instance(app TEXT NOT NULL, id TEXT NOT NULL, ended INTEGER NOT NULL, not_before INTEGER, record BLOB NOT NULL,
            PRIMARY KEY(app, id)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS instance_open ON instance(ended) WHERE ended = 0;
        CREATE TABLE IF NOT EXISTS history(app TEXT NOT NULL, id TEXT NOT NULL, turn INTEGER NOT NULL, events BLOB NOT NULL,
            PRIMARY KEY(app, id, turn)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS inbox(app TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, event BLOB NOT NULL,
            PRIMARY KEY(app, id, seq)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS state(app TEXT NOT NULL, store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, etag TEXT NOT NULL, expires INTEGER,
            PRIMARY KEY(app, store, key)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS message(number INTEGER PRIMARY KEY AUTOINCREMENT, app TEXT NOT NULL, body BLOB NOT NULL);
        """;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _saveInstance;
    private readonly SqliteCommand _addHistory;
    private readonly SqliteCommand _addInbox;
    private readonly SqliteCommand _takeInbox;
    private readonly List<SqliteCommand> _clear = [];
    private readonly SqliteCommand _removeInstance;

    public JournalStore(string path)
    {
        _connection = Open(path);
        using (var schema = _connection.CreateCommand())
        {
            schema.CommandText = Schema;
            schema.ExecuteNonQuery();
        }

        _saveInstance = Prepare(
            "INSERT INTO instance VALUES($app, $id, $ended, $not_before, $record) ON CONFLICT DO UPDATE SET ended = $ended, not_before = $not_before, record = $record",
            "$app", "$id", "$ended", "$not_before", "$record");
        _addHistory = Prepare("INSERT INTO history VALUES($app, $id, $turn, $events)", "$app", "$id", "$turn", "$events");
        _addInbox = Prepare("INSERT INTO inbox VALUES($app, $id, $seq, $event)", "$app", "$id", "$seq", "$event");
        _takeInbox = Prepare("DELETE FROM inbox WHERE app = $app AND id = $id AND seq <= $seq", "$app", "$id", "$seq");
        _clear.Add(Prepare("DELETE FROM history WHERE app = $app AND id = $id", "$app", "$id"));
        _clear.Add(Prepare("DELETE FROM inbox WHERE app = $app AND id = $id", "$app", "$id"));
        _removeInstance = Prepare("DELETE FROM instance WHERE app = $app AND id = $id", "$app", "$id");
    }

    public SqliteConnection Connection => _connection;

    /// <summary>
    /// Opens the file. WAL with synchronous=NORMAL: a killed process loses nothing that was committed, and a commit costs no
    /// disk flush.
    /// </summary>
    public static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false,
            DefaultTimeout = 30 }.ToString());
        connection.Open();
        using var pragma = connection.CreateCommand();
        pragma.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000;";
        pragma.ExecuteNonQuery();
        return connection;
    }

    public void SaveInstance(string app, string id, bool ended, long? notBefore, byte[] record) =>
        Run(_saveInstance, app, id, ended, notBefore, record);

    public void AddHistory(string app, string id, long turn, byte[] events) => Run(_addHistory, app, id, turn, events);

    public void AddInbox(string app, string id, long seq, byte[] e) => Run(_addInbox, app, id, seq, e);

    public void TakeInbox(string app, string id, long upTo) => Run(_takeInbox, app, id, upTo);

    public void ClearExecution(string app, string id)
    {
        foreach (var command in _clear)
            Run(command, app, id);
    }

    public void RemoveInstance(string app, string id)
    {
        ClearExecution(app, id);
        Run(_removeInstance, app, id);
    }

    public void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var command in (SqliteCommand[])[_saveInstance, _addHistory, _addInbox, _takeInbox, _removeInstance, .. _clear])
            command.Dispose();
        _connection.Dispose();
    }

    private SqliteCommand Prepare(string sql, params string[] names)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // the statements are constants of this file
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var name in names)
            command.Parameters.AddWithValue(name, DBNull.Value);
        command.Prepare();
        return command;
    }

    private static void Run(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        command.ExecuteNonQuery();
    }
}
