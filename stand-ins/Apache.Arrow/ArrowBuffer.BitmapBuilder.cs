using Apache.Arrow.Memory;

namespace Apache.Arrow;

public readonly partial struct ArrowBuffer
{
    /// <summary>Appends bits, least significant first: validity bitmaps and boolean values.</summary>
    public class BitmapBuilder
    {
        private readonly Builder<byte> _bytes;

        public BitmapBuilder(int capacity = 64)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(capacity);
            _bytes = new Builder<byte>(BitUtility.ByteCount(capacity));
        }

        public Memory<byte> Memory => _bytes.Memory;

        public Span<byte> Span => _bytes.Memory.Span;

        public int Capacity => _bytes.Capacity * 8;

        public int Length { get; private set; }

        public int SetBitCount { get; private set; }

        public int UnsetBitCount => Length - SetBitCount;

        public BitmapBuilder Append(bool value)
        {
            _bytes.Resize(BitUtility.ByteCount(Length + 1));
            BitUtility.SetBit(Span, Length++, value);
            if (value)
                SetBitCount++;
            return this;
        }

        public BitmapBuilder AppendRange(IEnumerable<bool> values)
        {
            ArgumentNullException.ThrowIfNull(values);
            foreach (bool value in values)
                Append(value);
            return this;
        }

        public BitmapBuilder AppendRange(bool value, int length)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length);
            int end = Length + length;
            _bytes.Resize(BitUtility.ByteCount(end));
            while (Length < end)
            {
                if (Length % 8 == 0 && end - Length >= 8)
                {
                    int whole = (end - Length) / 8;
                    Span.Slice(Length / 8, whole).Fill(value ? (byte)0xFF : (byte)0);
                    Length += whole * 8;
                }
                else
                {
                    BitUtility.SetBit(Span, Length++, value);
                }
            }

            if (value)
                SetBitCount += length;
            return this;
        }

        public BitmapBuilder Toggle(int index) => Set(index, !BitUtility.GetBit(Span, Checked(index)));

        public BitmapBuilder Set(int index) => Set(index, true);

        public BitmapBuilder Set(int index, bool value)
        {
            bool before = BitUtility.GetBit(Span, Checked(index));
            BitUtility.SetBit(Span, index, value);
            SetBitCount += (value ? 1 : 0) - (before ? 1 : 0);
            return this;
        }

        public BitmapBuilder Swap(int i, int j)
        {
            bool first = BitUtility.GetBit(Span, Checked(i));
            bool second = BitUtility.GetBit(Span, Checked(j));
            BitUtility.SetBit(Span, i, second);
            BitUtility.SetBit(Span, j, first);
            return this;
        }

        public BitmapBuilder Reserve(int additionalCapacity)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(additionalCapacity);
            _bytes.Reserve(BitUtility.ByteCount(Length + additionalCapacity) - _bytes.Length);
            return this;
        }

        /// <summary>Sets the number of bits; new ones are unset.</summary>
        public BitmapBuilder Resize(int capacity)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(capacity);
            if (capacity > Length)
                return AppendRange(false, capacity - Length);
            for (int i = capacity; i < Length; i++)
                BitUtility.ClearBit(Span, i);
            Length = capacity;
            _bytes.Resize(BitUtility.ByteCount(capacity));
            SetBitCount = BitUtility.CountBits(Span, 0, capacity);
            return this;
        }

        public BitmapBuilder Clear()
        {
            _bytes.Clear();
            Length = 0;
            SetBitCount = 0;
            return this;
        }

        public ArrowBuffer Build(MemoryAllocator? allocator = default) => _bytes.Build(allocator);

        private int Checked(int index)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Length);
            return index;
        }
    }
}
