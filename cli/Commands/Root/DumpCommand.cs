using System.CommandLine;
using Apache.Arrow.Ipc;
using DaprHep.Root;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep root dump</c>: the values of branches as JSON lines, CSV or an Arrow file.</summary>
internal static class DumpCommand
{
    private const string Json = "json", Csv = "csv", Arrow = "arrow";

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A ROOT file: path or URL." };
        var tree = new Argument<string>("TREE") { Description = "Path of a tree in it; \"path;cycle\" for an older one." };
        var branches = new Option<string?>("--branches")
        {
            Description = "Names or paths of branches, or patterns with * and ?, separated by commas (default: all that can be read).",
            HelpName = "GLOB[,GLOB...]",
        };
        var entries = new Option<string?>("--entries")
        {
            Description = "Entries from A up to and without B; negative: from the end.",
            HelpName = "A:B",
        };
        var format = new Option<string>("--format")
        {
            Description = "json: an object a line; csv: a header and a row an entry; arrow: an Arrow IPC file.",
            DefaultValueFactory = _ => Json,
        };
        format.AcceptOnlyFromAmong(Json, Csv, Arrow);
        var json = new Option<bool>("--json") { Description = "The same as --format json." };
        var path = new Option<string?>("--out") { Description = "File to write (default: standard output).", HelpName = "FILE" };
        var command = new Command("dump", "Print the values of branches.") { file, tree, branches, entries, format, json, path };
        command.SetAction((parsed, cancellation) => Failure.Guard(() =>
        {
            if (parsed.GetValue(json) && parsed.GetValue(format) != Json)
                throw new UsageException($"--json: --format {parsed.GetValue(format)} says otherwise; give one of them");
            using RootFile root = RootFile.Open(parsed.GetValue(file)!);
            RootTree dumped = root.Tree(parsed.GetValue(tree)!);
            (long first, long end) = EntryRange.Parse(parsed.GetValue(entries), dumped.Entries);
            BranchSelection selection = Select(dumped, parsed.GetValue(branches), end);
            using DumpOutput output = DumpOutput.Open(parsed.GetValue(path));
            try
            {
                if (parsed.GetValue(format) == Arrow)
                    WriteArrow(selection, first, end, output.Stream, cancellation);
                else
                    WriteRows(selection, first, end, parsed.GetValue(format)!, output.Stream, cancellation);
                output.Finish();
            }
            catch (IOException e) when (DumpOutput.IsClosedByReader(e))
            {
                // As in `dump ... | head`: there is nobody left to tell.
            }
            // What can be read is written; that something is damaged shows in the exit code all the same.
            return selection.Refused.FirstOrDefault(refused => refused.Error is RootFormatException) is { } damaged
                ? Task.FromException(damaged.Error)
                : Task.CompletedTask;
        }));
        return command;
    }

    private static BranchSelection Select(RootTree tree, string? branches, long end)
    {
        string[]? patterns = branches?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        // Names of templates have commas of their own.
        if (branches is not null && tree.AllBranches.Any(branch => branch.Name == branches || branch.Path == branches))
            patterns = [branches];
        if (patterns is [])
            throw new UsageException("--branches: expected names or patterns of branches, separated by commas");
        BranchSelection selection = BranchSelection.Of(tree, patterns, end);
        foreach (RefusedBranch refused in selection.Refused)
            Console.Error.WriteLine($"daprhep: left out branch '{refused.Branch.Path}': {refused.Reason}");
        return selection.Branches.Count > 0
            ? selection
            : throw new UnsupportedBranchException(tree.ToString(), "no branch to dump: none can be read of those asked for");
    }

    private static void WriteRows(
        BranchSelection selection, long first, long end, string format, Stream output, CancellationToken cancellation)
    {
        using var rows = new EntryRows(selection, first, end, output);
        if (format == Csv)
            rows.WriteCsv(cancellation);
        else
            rows.WriteJson(cancellation);
    }

    private static void WriteArrow(BranchSelection selection, long first, long end, Stream output, CancellationToken cancellation)
    {
        using var reader = new RecordBatchReader(selection, first, end);
        using var writer = new ArrowFileWriter(new ForwardStream(output), reader.Schema, leaveOpen: true);
        writer.WriteStart();
        while (reader.Next() is { } batch)
        {
            cancellation.ThrowIfCancellationRequested();
            using (batch)
                writer.WriteRecordBatch(batch);
        }
        writer.WriteEnd();
    }
}
