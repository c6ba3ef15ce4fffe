using Apache.Arrow.Types;

namespace Apache.Arrow;

/// <summary>Integer indices into an array of values.</summary>
public class DictionaryArray : Array
{
    public DictionaryArray(ArrayData data)
        : base(data)
    {
        data.EnsureDataType(ArrowTypeId.Dictionary);
        data.EnsureBufferCount(2);
        if (data.Dictionary is null)
            throw new ArgumentException("A dictionary array needs its dictionary.", nameof(data));
        var type = (DictionaryType)data.DataType;
        data.Dictionary.EnsureDataType(type.ValueType.TypeId);
        Indices = ArrowArrayFactory.BuildArray(
            new ArrayData(type.IndexType, data.Length, data.NullCount, data.Offset, data.Buffers, data.Children));
        Dictionary = ArrowArrayFactory.BuildArray(data.Dictionary);
    }

    public DictionaryArray(DictionaryType dataType, IArrowArray indicesArray, IArrowArray dictionary)
        : base(new ArrayData(
            dataType,
            indicesArray.Length,
            indicesArray.Data.NullCount,
            indicesArray.Data.Offset,
            indicesArray.Data.Buffers,
            indicesArray.Data.Children,
            dictionary.Data))
    {
        Data.EnsureBufferCount(2);
        indicesArray.Data.EnsureDataType(dataType.IndexType.TypeId);
        dictionary.Data.EnsureDataType(dataType.ValueType.TypeId);
        Indices = indicesArray;
        Dictionary = dictionary;
    }

    public IArrowArray Dictionary { get; }

    public IArrowArray Indices { get; }

    public ArrowBuffer IndicesBuffer => Data.Buffers[1];

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);
}
