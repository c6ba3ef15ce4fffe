using System.Collections;
using System.Text;
using Apache.Arrow.Types;

namespace Apache.Arrow;

/// <summary>UTF-8 strings, with 64-bit offsets.</summary>
public class LargeStringArray : LargeBinaryArray, IReadOnlyList<string?>
{
    public static readonly Encoding DefaultEncoding = Encoding.UTF8;

    public LargeStringArray(ArrayData data)
        : base(ArrowTypeId.LargeString, data)
    {
    }

    public LargeStringArray(
        int length,
        ArrowBuffer valueOffsetsBuffer,
        ArrowBuffer dataBuffer,
        ArrowBuffer nullBitmapBuffer,
        int nullCount = 0,
        int offset = 0)
        : base(LargeStringType.Default, length, valueOffsetsBuffer, dataBuffer, nullBitmapBuffer, nullCount, offset)
    {
    }

    int IReadOnlyCollection<string?>.Count => Length;

    string? IReadOnlyList<string?>.this[int index] => GetString(index);

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    public string? GetString(int index, Encoding? encoding = default)
    {
        var bytes = GetBytes(index, out bool isNull);
        return isNull ? null : (encoding ?? DefaultEncoding).GetString(bytes);
    }

    IEnumerator<string?> IEnumerable<string?>.GetEnumerator()
    {
        for (int i = 0; i < Length; i++)
            yield return GetString(i);
    }

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<string?>)this).GetEnumerator();

    public new class Builder : BuilderBase<LargeStringArray, Builder>
    {
        public Builder()
            : base(LargeStringType.Default)
        {
        }

        public Builder Append(string? value, Encoding? encoding = null)
        {
            if (value is null)
                return AppendNull();
            return Append((encoding ?? DefaultEncoding).GetBytes(value).AsSpan());
        }

        public Builder AppendRange(IEnumerable<string?> values, Encoding? encoding = null)
        {
            ArgumentNullException.ThrowIfNull(values);
            foreach (string? value in values)
                Append(value, encoding);
            return this;
        }

        protected override LargeStringArray Build(ArrayData data) => new(data);
    }
}
