using Apache.Arrow;
using Apache.Arrow.Types;

namespace DaprHep.Root;

/// <summary>The Arrow type of a branch's values.</summary>
internal static class ArrowTypes
{
    /// <summary>
    /// Lists, fixed arrays and records as their Arrow counterparts; an object without members, and an array without items, as nulls.
    /// </summary>
    public static IArrowType Of(ValueShape shape, IReadOnlyList<ValueColumn> columns) => shape.Kind switch
    {
        ShapeKind.List => new ListType(Item(shape, columns)),
        ShapeKind.FixedArray when shape.Length > 0 => new FixedSizeListType(Item(shape, columns), shape.Length),
        ShapeKind.Record when shape.Children.Count > 0 => new StructType([.. shape.Children.Select(m => FieldOf(m.Name, m, columns))]),
        ShapeKind.Value => OfNumber(columns[shape.ColumnIndex].Type),
        _ => NullType.Default,
    };

    public static Field FieldOf(string name, ValueShape shape, IReadOnlyList<ValueColumn> columns)
    {
        var type = Of(shape, columns);
        return new Field(name, type, nullable: type is NullType);
    }

    /// <summary>The type in words, such as <c>list&lt;float&gt;</c>; equal for equal types.</summary>
    public static string Describe(IArrowType type) => type switch
    {
        ListType list => $"list<{Describe(list.ValueDataType)}>",
        FixedSizeListType list => $"{Describe(list.ValueDataType)}[{list.ListSize}]",
        StructType record => $"{{{string.Join(", ", record.Fields.Select(f => $"{f.Name}: {Describe(f.DataType)}"))}}}",
        _ => type.Name,
    };

    private static Field Item(ValueShape shape, IReadOnlyList<ValueColumn> columns) => FieldOf("item", shape.Children[0], columns);

    private static IArrowType OfNumber(DataType type) => type switch
    {
        DataType.Int8 => Int8Type.Default,
        DataType.UInt8 => UInt8Type.Default,
        DataType.Int16 => Int16Type.Default,
        DataType.UInt16 => UInt16Type.Default,
        DataType.Int32 => Int32Type.Default,
        DataType.UInt32 => UInt32Type.Default,
        DataType.Int64 => Int64Type.Default,
        DataType.UInt64 => UInt64Type.Default,
        DataType.Float32 => FloatType.Default,
        DataType.Float64 => DoubleType.Default,
        DataType.Bool => BooleanType.Default,
        _ => StringType.Default,
    };
}
