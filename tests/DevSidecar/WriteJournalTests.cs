using DaprHep.DevSidecar.Journal;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace DaprHep.DevSidecar.Tests;

/// <summary>What belongs together is committed together, whatever the journal's thread does meanwhile.</summary>
public class WriteJournalTests
{

    [Fact]
    public async Task A_change_of_several_rows_is_not_seen_in_part_by_a_reader()
    {
        var path = LocalStack.NewJournal();
        using var journal = new WriteJournal(path, NullLogger.Instance);
        await journal.AskAsync(_ => 0).WaitAsync(Patience.Limit);
        using var enough = new CancellationTokenSource();
        var partial = Task.Run(() =>
        {
            using var connection = JournalStore.Open(path);
            var seen = 0;
            while (!enough.IsCancellationRequested)
            {
                using var command = new SqliteCommand("SELECT COUNT(*) FROM inbox", connection);
                if ((long)command.ExecuteScalar()! % 2 != 0)
                    seen++;
            }

            return seen;
        });
        foreach (var id in Enumerable.Range(0, 200).Select(i => $"i{i}"))
        {
            lock (journal.Gate)
            {
                journal.Write(store => store.AddInbox("a", id, 1, [1]));
                Thread.Sleep(1);
                journal.Write(store => store.AddInbox("a", id, 2, [2]));
            }
        }

        await journal.AskAsync(_ => 0).WaitAsync(Patience.Limit);
        await enough.CancelAsync();
        (await partial.WaitAsync(Patience.Limit)).ShouldBe(0);
    }
}
