using System.CommandLine;
using System.Text.Json;
using DaprHep.Root;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep root dump</c>: the values of branches, one line an entry.</summary>
internal static class DumpCommand
{
    private delegate void WriteEntry(Utf8JsonWriter writer, TreeReader reader, int index, int entry);

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A ROOT file." };
        var tree = new Argument<string>("TREE") { Description = "Path of a tree in it." };
        var branches = new Option<string>("--branches") { Description = "Branches, separated by commas.", Required = true, HelpName = "A,B" };
        var format = new Option<string>("--format") { Description = "json: one JSON object a line.", DefaultValueFactory = _ => "json" };
        format.AcceptOnlyFromAmong("json");
        var command = new Command("dump", "Print the values of branches.") { file, tree, branches, format };
        command.SetAction((parsed, cancellation) => Failure.Guard(() =>
        {
            using RootFile root = RootFile.Open(parsed.GetValue(file)!);
            string[] names = parsed.GetValue(branches)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            using Stream output = Console.OpenStandardOutput();
            Write(root.Tree(parsed.GetValue(tree)!), names, output, cancellation);
            return Task.CompletedTask;
        }));
        return command;
    }

    private static void Write(RootTree tree, string[] names, Stream output, CancellationToken cancellation)
    {
        WriteEntry[] columns = [.. names.Select(name => ColumnOf(tree.Find(name)))];
        JsonEncodedText[] properties = [.. names.Select(name => JsonEncodedText.Encode(name))];
        using TreeReader reader = tree.Reader(names);
        using var buffered = new BufferedStream(output, 1 << 16);
        using var writer = new Utf8JsonWriter(buffered, new JsonWriterOptions { SkipValidation = true });
        while (reader.Next())
        {
            cancellation.ThrowIfCancellationRequested();
            for (int entry = 0; entry < reader.Entries; entry++)
            {
                writer.WriteStartObject();
                for (int i = 0; i < columns.Length; i++)
                {
                    writer.WritePropertyName(properties[i]);
                    columns[i](writer, reader, i, entry);
                }
                writer.WriteEndObject();
                writer.Flush();
                writer.Reset();
                buffered.WriteByte((byte)'\n');
            }
        }
    }

    private static WriteEntry ColumnOf(RootBranch branch) => branch.TypeName.TrimEnd('[', ']') switch
    {
        "float32" => Column<float>(static (writer, value) => Number(writer, value)),
        "float64" => Column<double>(static (writer, value) => Number(writer, value)),
        "int8" => Column<sbyte>(static (writer, value) => writer.WriteNumberValue(value)),
        "uint8" => Column<byte>(static (writer, value) => writer.WriteNumberValue(value)),
        "int16" => Column<short>(static (writer, value) => writer.WriteNumberValue(value)),
        "uint16" => Column<ushort>(static (writer, value) => writer.WriteNumberValue(value)),
        "int32" => Column<int>(static (writer, value) => writer.WriteNumberValue(value)),
        "uint32" => Column<uint>(static (writer, value) => writer.WriteNumberValue(value)),
        "int64" => Column<long>(static (writer, value) => writer.WriteNumberValue(value)),
        "uint64" => Column<ulong>(static (writer, value) => writer.WriteNumberValue(value)),
        "bool" => Column<bool>(static (writer, value) => writer.WriteBooleanValue(value)),
        _ => throw new UnsupportedBranchException(branch.ToString(), "it does not hold plain numbers"),
    };

    private static WriteEntry Column<T>(Action<Utf8JsonWriter, T> write)
        where T : unmanaged => (writer, reader, index, entry) =>
    {
        writer.WriteStartArray();
        foreach (T value in reader.Column<T>(index)[entry])
            write(writer, value);
        writer.WriteEndArray();
    };

    // JSON has no NaN or infinity; strings stand for them.
    private static void Number(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value))
            writer.WriteNumberValue(value);
        else
            writer.WriteStringValue(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
