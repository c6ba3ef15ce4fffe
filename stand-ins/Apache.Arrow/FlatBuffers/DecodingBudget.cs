namespace Apache.Arrow.FlatBuffers;

/// <summary>
/// What decoding one metadata block may cost. The offsets of a FlatBuffer may point at one table or string many times over, so a
/// few hundred bytes could stand for billions of fields; the budget grows with the metadata instead.
/// </summary>
internal sealed class DecodingBudget(int metadataLength)
{
    public const int MaximumDepth = 64;

    private int _fields = Math.Max(16, metadataLength / 8);
    private long _text = (16L * metadataLength) + 65536;

    public void TakeField(int depth)
    {
        if (depth > MaximumDepth)
            throw new InvalidDataException($"Arrow schema is malformed: expected fields nested at most {MaximumDepth} deep, found more.");
        if (--_fields < 0)
            throw new InvalidDataException("Arrow schema is malformed: expected fewer fields than its metadata has room for, found more.");
    }

    public void TakeText(int length)
    {
        _text -= length;
        if (_text < 0)
            throw new InvalidDataException("Arrow schema is malformed: expected less text than its metadata has room for, found more.");
    }
}
