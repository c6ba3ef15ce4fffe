using System.Text;

namespace DaprHep.Cli.Commands;

/// <summary>Rows in aligned columns; a heading that begins with '&gt;' aligns its column to the right.</summary>
internal sealed class TextTable
{
    private readonly bool[] _right;
    private readonly List<string[]> _rows = [];

    public TextTable(params string[] headings)
    {
        _right = [.. headings.Select(heading => heading[0] == '>')];
        _rows.Add([.. headings.Select(heading => heading.TrimStart('>'))]);
    }

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write(TextWriter output)
    {
        int[] widths = [.. Enumerable.Range(0, _right.Length).Select(column => _rows.Max(row => row[column].Length))];
        foreach (string[] row in _rows)
        {
            var line = new StringBuilder();
            for (int i = 0; i < row.Length; i++)
                line.Append(i == 0 ? "" : "  ").Append(_right[i] ? row[i].PadLeft(widths[i]) : row[i].PadRight(widths[i]));
            output.WriteLine(line.ToString().TrimEnd());
        }
    }
}
