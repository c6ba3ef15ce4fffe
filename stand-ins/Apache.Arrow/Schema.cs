using Apache.Arrow.Types;

namespace Apache.Arrow;

/// <summary>The columns of a record batch in order, with free metadata.</summary>
public class Schema : IRecordType
{
    private readonly List<Field> _fields;

    public Schema(IEnumerable<Field> fields, IEnumerable<KeyValuePair<string, string>>? metadata)
    {
        ArgumentNullException.ThrowIfNull(fields);
        _fields = fields.ToList();
        FieldsLookup = _fields.ToLookup(field => field.Name);
        Metadata = metadata?.ToDictionary(pair => pair.Key, pair => pair.Value);
    }

    public IReadOnlyList<Field> FieldsList => _fields;

    public ILookup<string, Field> FieldsLookup { get; }

    /// <summary>Null when the schema has none.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; }

    public bool HasMetadata => Metadata is { Count: > 0 };

    ArrowTypeId IArrowType.TypeId => ArrowTypeId.RecordBatch;

    string IArrowType.Name => "RecordBatch";

    bool IArrowType.IsFixedWidth => false;

    int IRecordType.FieldCount => _fields.Count;

    public Field this[int index] => GetFieldByIndex(index);

    public Field? this[string name] => GetFieldByName(name);

    public Field GetFieldByIndex(int i) => _fields[i];

    /// <summary>The first field of that name, or null.</summary>
    public Field? GetFieldByName(string name) => FieldsLookup[name].FirstOrDefault();

    /// <summary>The place of the first field of that name, or −1.</summary>
    public int GetFieldIndex(string name, IEqualityComparer<string>? comparer = default)
    {
        comparer ??= StringComparer.CurrentCulture;
        return _fields.FindIndex(field => comparer.Equals(field.Name, name));
    }

    public Schema RemoveField(int fieldIndex) => With(list => list.RemoveAt(fieldIndex));

    public Schema InsertField(int fieldIndex, Field newField) => With(list => list.Insert(fieldIndex, newField));

    public Schema SetField(int fieldIndex, Field newField) => With(list => list[fieldIndex] = newField);

    public void Accept(IArrowTypeVisitor visitor) => ArrowType.Accept(this, visitor);

    public override string ToString() => $"{nameof(Schema)}: Num fields={_fields.Count}, Num metadata={Metadata?.Count ?? 0}";

    private Schema With(Action<List<Field>> change)
    {
        var changed = new List<Field>(_fields);
        change(changed);
        return new Schema(changed, Metadata);
    }

    public class Builder
    {
        private readonly List<Field> _fields = [];
        private Dictionary<string, string>? _metadata;

        public Builder Clear()
        {
            _fields.Clear();
            _metadata = null;
            return this;
        }

        public Builder Field(Field field)
        {
            if (field is not null)
                _fields.Add(field);
            return this;
        }

        public Builder Field(Action<Field.Builder> fieldBuilderAction)
        {
            ArgumentNullException.ThrowIfNull(fieldBuilderAction);
            var builder = new Field.Builder();
            fieldBuilderAction(builder);
            return Field(builder.Build());
        }

        public Builder Metadata(string key, string value)
        {
            ArgumentNullException.ThrowIfNull(key);
            (_metadata ??= [])[key] = value;
            return this;
        }

        public Builder Metadata(IEnumerable<KeyValuePair<string, string>> dictionary)
        {
            ArgumentNullException.ThrowIfNull(dictionary);
            foreach (var (key, value) in dictionary)
                Metadata(key, value);
            return this;
        }

        public Schema Build() => new(_fields, _metadata);
    }
}
