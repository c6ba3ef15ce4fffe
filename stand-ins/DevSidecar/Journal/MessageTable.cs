namespace DaprHep.DevSidecar.Journal;

/// <summary>Published messages that an app has still to get.</summary>
internal sealed class MessageTable(WriteJournal journal, JournalReader reader)
{
    /// <summary>Stores one message for every app; the numbers in the order of the apps.</summary>
    public Task<List<long>> AddAsync(IReadOnlyList<string> apps, byte[] body) => journal.AskAsync(store =>
    {
        var numbers = new List<long>();
        foreach (var app in apps)
        {
            using var command = store.Connection.CreateCommand();
            command.CommandText = "INSERT INTO message(app, body) VALUES($1, $2) RETURNING number";
            command.Parameters.AddWithValue("$1", app);
            command.Parameters.AddWithValue("$2", body);
            numbers.Add((long)command.ExecuteScalar()!);
        }

        return numbers;
    });

    public void Remove(long number) => journal.Write(store =>
    {
        using var command = store.Connection.CreateCommand();
        command.CommandText = "DELETE FROM message WHERE number = $1";
        command.Parameters.AddWithValue("$1", number);
        command.ExecuteNonQuery();
    });

    public List<(long Number, string App, byte[] Body)> All() => reader.Query(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT number, app, body FROM message ORDER BY number";
        using var row = command.ExecuteReader();
        var messages = new List<(long, string, byte[])>();
        while (row.Read())
            messages.Add((row.GetInt64(0), row.GetString(1), row.GetFieldValue<byte[]>(2)));
        return messages;
    });
}
