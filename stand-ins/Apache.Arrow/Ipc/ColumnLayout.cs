using Apache.Arrow.FlatBuffers;
using Apache.Arrow.Types;

namespace Apache.Arrow.Ipc;

/// <summary>
/// A field as it is laid out in messages: the type of its values, and for a dictionary-encoded field the id that ties it to its
/// dictionary batches.
/// </summary>
internal sealed record ColumnLayout(Field Field, IArrowType ValueType, long? DictionaryId, ColumnLayout[] Children)
{
    /// <summary>The layout of the dictionary itself.</summary>
    public ColumnLayout Dictionary => new(new Field(Field.Name, ValueType, true), ValueType, null, Children);

    /// <summary>Layouts for writing: dictionaries are numbered in the order of the schema.</summary>
    public static ColumnLayout[] Of(Schema schema)
    {
        long dictionaries = 0;
        return schema.FieldsList.Select(field => Of(field, 0, ref dictionaries)).ToArray();
    }

    /// <summary>All fields with a dictionary, at any depth, a dictionary within a dictionary before the outer one.</summary>
    public static IEnumerable<ColumnLayout> WithDictionary(IEnumerable<ColumnLayout> columns)
    {
        foreach (var column in columns)
        {
            foreach (var child in WithDictionary(column.Children))
                yield return child;
            if (column.DictionaryId is not null)
                yield return column;
        }
    }

    private static ColumnLayout Of(Field field, int depth, ref long dictionaries)
    {
        if (depth > DecodingBudget.MaximumDepth)
            throw new NotSupportedException($"Field {field.Name} is nested deeper than {DecodingBudget.MaximumDepth} levels.");
        long? id = null;
        var type = field.DataType;
        if (type is DictionaryType dictionary)
        {
            id = dictionaries++;
            type = dictionary.ValueType;
            if (type is DictionaryType)
                throw new NotSupportedException($"Field {field.Name}: the values of a dictionary cannot be dictionary-encoded themselves.");
        }

        var fields = (type as NestedType)?.Fields ?? [];
        var children = new ColumnLayout[fields.Count];
        for (int i = 0; i < children.Length; i++)
            children[i] = Of(fields[i], depth + 1, ref dictionaries);
        return new ColumnLayout(field, type, id, children);
    }
}
