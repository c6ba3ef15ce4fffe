namespace DaprHep.Root;

/// <summary>TMatrixTSym: the base class with the dimensions, then the upper triangle of the matrix, row by row.</summary>
/// <param name="path">Path of the matrix.</param>
/// <param name="parent">Decodes the base class TMatrixTBase.</param>
/// <param name="type">Type of the elements.</param>
internal sealed class SymmetricMatrixNode(string path, RecordNode parent, DataType type) : ValueNode
{
    private readonly ValueColumn _counts = new(path + ".fElements", ColumnKind.Counts, DataType.Int32);
    private readonly NumberNode _elements = new(path + ".fElements[]", type);
    private readonly ValueColumn _rows = parent.Columns.FirstOrDefault(c => c.Path == path + ".fNrows")
        ?? throw new NotDecodableException("a symmetric matrix without its number of rows");

    public override int MinimumBytes => parent.MinimumBytes;

    public override IEnumerable<ValueColumn> Columns => [.. parent.Columns, _counts, .. _elements.Columns];

    public override void Read(ref RootCursor cursor, int count)
    {
        for (var i = 0; i < count; i++)
        {
            parent.Read(ref cursor, 1);
            var size = cursor.CheckCount(_rows.IntegerFromEnd(1), 1, "rows");
            var items = cursor.CheckCount(size * (size + 1L) / 2, _elements.MinimumBytes, "elements of a matrix");
            _counts.AddLength(items);
            _elements.Read(ref cursor, items);
        }
    }
}
