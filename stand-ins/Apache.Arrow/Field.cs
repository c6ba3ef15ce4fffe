using Apache.Arrow.Types;

namespace Apache.Arrow;

/// <summary>A column of a schema, or a child of a nested type: name, type, nullability and free metadata.</summary>
public class Field
{
    public Field(string name, IArrowType dataType, bool nullable, IEnumerable<KeyValuePair<string, string>>? metadata = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
        DataType = dataType ?? NullType.Default;
        IsNullable = nullable;
        Metadata = metadata?.ToDictionary(pair => pair.Key, pair => pair.Value);
    }

    public IArrowType DataType { get; }

    public string Name { get; }

    public bool IsNullable { get; }

    public bool HasMetadata => Metadata?.Count > 0;

    /// <summary>Null when the field has none.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; }

    public override string ToString() =>
        $"{nameof(Field)}: Name={Name}, DataType={DataType.Name}, IsNullable={IsNullable}, Metadata count={Metadata?.Count ?? 0}";

    public class Builder
    {
        private string _name = "";
        private IArrowType _type = NullType.Default;
        private bool _nullable = true;
        private Dictionary<string, string>? _metadata;

        public Builder Name(string value)
        {
            ArgumentNullException.ThrowIfNull(value);
            _name = value;
            return this;
        }

        public Builder DataType(IArrowType type)
        {
            _type = type ?? NullType.Default;
            return this;
        }

        public Builder Nullable(bool value)
        {
            _nullable = value;
            return this;
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

        public Field Build() => new(_name, _type, _nullable, _metadata);
    }
}
