using System.Globalization;
using DaprHep.Data.Events;

namespace DaprHep.Cli.Export;

/// <summary>One line an event: identity, label and high-level features, with a heading; particles have no place in such a table.</summary>
internal sealed class CsvExport : EventExport
{
    private readonly FileStream _file;
    private readonly StreamWriter _output;

    public CsvExport(string path, IReadOnlyList<string> features)
    {
        _file = File.Create(path);
        _output = new StreamWriter(_file) { NewLine = "\n" };
        _output.WriteLine($"event,label,{string.Join(',', features)}");
    }

    public override void Add(in EventTable table)
    {
        Span<char> number = stackalloc char[32];
        for (int i = 0; i < table.Count; i++)
        {
            _output.Write(table.Ids.Span[i]);
            _output.Write(',');
            _output.Write(table.Labels.Span[i]);
            foreach (float value in table.HlfOf(i))
            {
                // The shortest text that reads back as the same float32.
                value.TryFormat(number, out int length, default, CultureInfo.InvariantCulture);
                _output.Write(',');
                _output.Write(number[..length]);
            }
            _output.WriteLine();
        }
    }

    public override void Finish()
    {
        _output.Flush();
        _file.Flush(flushToDisk: true);
    }

    public override void Dispose() => _output.Dispose();
}
