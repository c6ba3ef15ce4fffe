using System.Data;
using Microsoft.Data.Sqlite;

namespace DaprHep.DevSidecar.Journal;

/// <summary>A state value as stored: JSON text and its etag.</summary>
internal sealed record StateValue(byte[] Json, string Etag);

/// <summary>One write of a request or a transaction. <paramref name="Json"/> null deletes.</summary>
internal sealed record StateWrite(string Key, byte[]? Json, string? Etag, bool FirstWrite, DateTimeOffset? Expires);

/// <summary>The etag given is not the stored one.</summary>
internal sealed class EtagMismatchException() : Exception("possible etag mismatch. error from state store");

/// <summary>The key-value state of apps: keys belong to an app, writes of one request are done together.</summary>
internal sealed class StateTable(WriteJournal journal, JournalReader reader)
{
    public StateValue? Find(string app, string store, string key) => reader.Query(connection =>
    {
        using var command = Command(connection,
            "SELECT value, etag FROM state WHERE app = $1 AND store = $2 AND key = $3 AND (expires IS NULL OR expires > $4)", app, store, key, Now());
        using var row = command.ExecuteReader(CommandBehavior.SingleRow);
        return row.Read() ? new StateValue(row.GetFieldValue<byte[]>(0), row.GetString(1)) : null;
    });

    /// <exception cref="EtagMismatchException">Nothing was written.</exception>
    public Task WriteAsync(string app, string store, IReadOnlyList<StateWrite> writes) => journal.AskAsync(open =>
    {
        foreach (var write in writes)
            Write(open.Connection, app, store, write);
        return 0;
    });

    private static void Write(SqliteConnection connection, string app, string store, StateWrite write)
    {
        using (var expired = Command(connection, "DELETE FROM state WHERE app = $1 AND store = $2 AND expires <= $3", app, store, Now()))
            expired.ExecuteNonQuery();
        if (!string.IsNullOrEmpty(write.Etag) || write.FirstWrite)
        {
            using var current = Command(connection, "SELECT etag FROM state WHERE app = $1 AND store = $2 AND key = $3", app, store,
                write.Key);
            var stored = current.ExecuteScalar() as string;
            if (!string.IsNullOrEmpty(write.Etag) ? stored != write.Etag : stored is not null && write.Json is not null)
                throw new EtagMismatchException();
        }

        if (write.Json is null)
        {
            using var delete = Command(connection, "DELETE FROM state WHERE app = $1 AND store = $2 AND key = $3", app, store, write.Key);
            delete.ExecuteNonQuery();
            return;
        }

        using var upsert = Command(connection,
            "INSERT INTO state VALUES($1, $2, $3, $4, $5, $6) ON CONFLICT DO UPDATE SET value = $4, etag = $5, expires = $6",
            app, store, write.Key, write.Json, Guid.NewGuid().ToString(), (object?)write.Expires?.ToUnixTimeMilliseconds() ?? DBNull.Value);
        upsert.ExecuteNonQuery();
    }

    private static long Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // the statements are constants of this file
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue($"${i + 1}", values[i]);
        return command;
    }
}
