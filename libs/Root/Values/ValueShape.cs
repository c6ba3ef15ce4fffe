using System.Globalization;

namespace DaprHep.Root;

/// <summary>What stands at one place of an entry's value.</summary>
internal enum ShapeKind
{
    List,
    FixedArray,
    Record,
    Value,
}

/// <summary>
/// The type tree of a branch's values, found from the paths of its columns, and how far each column has been gone through.
/// </summary>
internal sealed class ValueShape
{
    private ValueShape(ShapeKind kind, string name, int length, int column, IReadOnlyList<ValueShape> children)
    {
        Kind = kind;
        Name = name;
        Length = length;
        ColumnIndex = column;
        Children = children;
    }

    public ShapeKind Kind { get; }

    /// <summary>Name of the member in its record.</summary>
    public string Name { get; }

    /// <summary>Items of a fixed array.</summary>
    public int Length { get; }

    /// <summary>Index of the column with the counts of a list or the values.</summary>
    public int ColumnIndex { get; }

    /// <summary>The item of a list or array, or the members of a record.</summary>
    public IReadOnlyList<ValueShape> Children { get; }

    /// <summary>The next length or value to be taken from the column.</summary>
    public int Position { get; set; }

    /// <summary>The first byte of the next string.</summary>
    public int BytePosition { get; set; }

    public static ValueShape Of(IReadOnlyList<ValueColumn> columns) => At("", "", [.. columns.Select((c, i) => (c, i))]);

    private static ValueShape At(string path, string name, List<(ValueColumn Column, int Index)> columns)
    {
        var here = columns.FindIndex(c => c.Column.Path == path);
        if (here >= 0 && columns[here].Column.Kind == ColumnKind.Counts)
            return new ValueShape(ShapeKind.List, name, 0, columns[here].Index, [At(path + "[]", "", Below(path + "[]", columns))]);
        if (here >= 0)
            return new ValueShape(ShapeKind.Value, name, 0, columns[here].Index, []);
        if (columns.Count > 0 && columns[0].Column.Path.Length > path.Length && columns[0].Column.Path[path.Length] == '[')
        {
            var close = columns[0].Column.Path.IndexOf(']', path.Length);
            var dimension = columns[0].Column.Path[path.Length..(close + 1)];
            var length = int.Parse(dimension.AsSpan(1, dimension.Length - 2), CultureInfo.InvariantCulture);
            return new ValueShape(ShapeKind.FixedArray, name, length, -1, [At(path + dimension, "", Below(path + dimension, columns))]);
        }
        var members = new List<ValueShape>();
        foreach (var member in columns.Select(c => MemberOf(c.Column.Path, path.Length)).Where(m => m.Length > 0).Distinct())
            members.Add(At($"{path}.{member}", member, Below($"{path}.{member}", columns)));
        return new ValueShape(ShapeKind.Record, name, 0, -1, members);
    }

    private static List<(ValueColumn Column, int Index)> Below(string path, List<(ValueColumn Column, int Index)> columns) =>
        columns.FindAll(c => c.Column.Path.StartsWith(path, StringComparison.Ordinal)
            && (c.Column.Path.Length == path.Length || c.Column.Path[path.Length] is '.' or '['));

    private static string MemberOf(string path, int start)
    {
        if (path.Length <= start || path[start] != '.')
            return "";
        var end = path.AsSpan(start + 1).IndexOfAny('.', '[', '#');
        return end < 0 ? path[(start + 1)..] : path.Substring(start + 1, end);
    }
}
