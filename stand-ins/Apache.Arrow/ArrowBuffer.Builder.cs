using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow.Memory;

namespace Apache.Arrow;

public readonly partial struct ArrowBuffer
{
    /// <summary>Appends values of one unmanaged type, growing by doubling. For booleans see <see cref="BitmapBuilder"/>.</summary>
    public class Builder<T>
        where T : struct
    {
        private static readonly int Size = Unsafe.SizeOf<T>();

        public Builder(int capacity = 8)
        {
            if (typeof(T) == typeof(bool))
                throw new NotSupportedException($"Booleans are bit-packed in Arrow: use {nameof(BitmapBuilder)}.");
            Memory = new byte[checked(capacity * Size)];
        }

        /// <summary>Values that fit into the memory allocated so far.</summary>
        public int Capacity => Memory.Length / Size;

        /// <summary>Values appended so far.</summary>
        public int Length { get; private set; }

        public Memory<byte> Memory { get; private set; }

        /// <summary>The memory as values, up to the capacity.</summary>
        public Span<T> Span => MemoryMarshal.Cast<byte, T>(Memory.Span);

        /// <summary>Appends the bytes of a buffer, taken as values.</summary>
        public Builder<T> Append(ArrowBuffer buffer) => Append(MemoryMarshal.Cast<byte, T>(buffer.Span));

        public Builder<T> Append(T value)
        {
            EnsureCapacity(1);
            Span[Length++] = value;
            return this;
        }

        public Builder<T> Append(ReadOnlySpan<T> source)
        {
            EnsureCapacity(source.Length);
            source.CopyTo(Span[Length..]);
            Length += source.Length;
            return this;
        }

        public Builder<T> AppendRange(IEnumerable<T> values)
        {
            ArgumentNullException.ThrowIfNull(values);
            if (values is T[] array)
                return Append(array);
            foreach (T value in values)
                Append(value);
            return this;
        }

        public Builder<T> Reserve(int additionalCapacity)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(additionalCapacity);
            EnsureCapacity(additionalCapacity);
            return this;
        }

        /// <summary>Sets the number of values; new ones are zero.</summary>
        public Builder<T> Resize(int capacity)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(capacity);
            if (capacity > Length)
            {
                EnsureCapacity(capacity - Length);
                Span[Length..capacity].Clear();
            }

            Length = capacity;
            return this;
        }

        public Builder<T> Clear()
        {
            Memory.Span.Clear();
            Length = 0;
            return this;
        }

        /// <summary>Copies what was appended into aligned memory, zero-padded to a multiple of 64 bytes.</summary>
        public ArrowBuffer Build(MemoryAllocator? allocator = default)
        {
            int used = Length * Size;
            int padded = checked((int)BitUtility.RoundUpToMultipleOf64(used));
            var owner = (allocator ?? MemoryAllocator.Default.Value).Allocate(padded);
            Memory.Span[..used].CopyTo(owner.Memory.Span);
            owner.Memory.Span[used..padded].Clear();
            return new ArrowBuffer(owner);
        }

        private void EnsureCapacity(int additional)
        {
            long needed = ((long)Length + additional) * Size;
            if (needed <= Memory.Length)
                return;
            if (needed > System.Array.MaxLength)
                throw new InvalidOperationException($"A buffer of {needed} bytes is larger than one buffer may be.");
            var grown = new byte[(int)Math.Min(System.Array.MaxLength, Math.Max(needed, 2L * Memory.Length))];
            Memory.Span[..(Length * Size)].CopyTo(grown);
            Memory = grown;
        }
    }
}
