namespace Apache.Arrow.Types;

public class BinaryType : ArrowType
{
    public static readonly BinaryType Default = new();

    public override ArrowTypeId TypeId => ArrowTypeId.Binary;

    public override string Name => "binary";

    public override void Accept(IArrowTypeVisitor visitor) => Accept(this, visitor);
}

public class LargeBinaryType : ArrowType
{
    public static readonly LargeBinaryType Default = new();

    public override ArrowTypeId TypeId => ArrowTypeId.LargeBinary;

    public override string Name => "large_binary";

    public override void Accept(IArrowTypeVisitor visitor) => Accept(this, visitor);
}

public sealed class StringType : ArrowType
{
    public static readonly StringType Default = new();

    public override ArrowTypeId TypeId => ArrowTypeId.String;

    public override string Name => "utf8";

    public override void Accept(IArrowTypeVisitor visitor) => Accept(this, visitor);
}

public sealed class LargeStringType : ArrowType
{
    public static readonly LargeStringType Default = new();

    public override ArrowTypeId TypeId => ArrowTypeId.LargeString;

    public override string Name => "large_utf8";

    public override void Accept(IArrowTypeVisitor visitor) => Accept(this, visitor);
}

public class FixedSizeBinaryType : FixedWidthType
{
    public FixedSizeBinaryType(int byteWidth)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(byteWidth);
        ByteWidth = byteWidth;
    }

    public override ArrowTypeId TypeId => ArrowTypeId.FixedSizedBinary;

    public override string Name => "fixed_size_binary";

    public int ByteWidth { get; }

    public override int BitWidth => ByteWidth * 8;

    public override void Accept(IArrowTypeVisitor visitor) => Accept(this, visitor);
}

/// <summary>A decimal of at most 38 digits in 16 bytes, little-endian two's complement.</summary>
public sealed class Decimal128Type(int precision, int scale) : FixedSizeBinaryType(16)
{
    public override ArrowTypeId TypeId => ArrowTypeId.Decimal128;

    public override string Name => "decimal128";

    public int Precision { get; } = precision;

    public int Scale { get; } = scale;

    public override void Accept(IArrowTypeVisitor visitor) => Accept(this, visitor);
}
