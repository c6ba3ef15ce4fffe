using Apache.Arrow.Memory;
using Apache.Arrow.Types;

namespace Apache.Arrow;

/// <summary>Nothing but nulls; no buffers.</summary>
public class NullArray : IArrowArray
{
    public NullArray(ArrayData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        data.EnsureDataType(ArrowTypeId.Null);
        Data = data;
    }

    public NullArray(int length)
        : this(new ArrayData(NullType.Default, length, length, 0, System.Array.Empty<ArrowBuffer>(), System.Array.Empty<ArrayData>()))
    {
    }

    public ArrayData Data { get; }

    public int Length => Data.Length;

    public int Offset => Data.Offset;

    public int NullCount => Data.GetNullCount();

    public bool IsNull(int index) => true;

    public bool IsValid(int index) => false;

    public void Accept(IArrowArrayVisitor visitor) => Array.Accept(this, visitor);

    public void Dispose() => GC.SuppressFinalize(this);

    public class Builder : IArrowArrayBuilder<NullArray, Builder>
    {
        public int Length { get; private set; }

        public int Capacity => Length;

        public int NullCount => Length;

        public Builder AppendNull()
        {
            Length++;
            return this;
        }

        public NullArray Build(MemoryAllocator? allocator = default) => new(Length);

        public Builder Clear() => Resize(0);

        public Builder Reserve(int capacity) => this;

        public Builder Resize(int length)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length);
            Length = length;
            return this;
        }
    }
}
