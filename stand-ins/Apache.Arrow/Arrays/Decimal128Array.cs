using System.Numerics;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;

namespace Apache.Arrow;

/// <summary>Decimals of at most 38 digits.</summary>
public class Decimal128Array : FixedSizeBinaryArray
{
    public Decimal128Array(ArrayData data)
        : base(ArrowTypeId.Decimal128, data)
    {
    }

    public int Scale => ((Decimal128Type)Data.DataType).Scale;

    public int Precision => ((Decimal128Type)Data.DataType).Precision;

    public int ByteWidth => ((Decimal128Type)Data.DataType).ByteWidth;

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    /// <exception cref="OverflowException">The value needs more digits than a .NET decimal has.</exception>
    public decimal? GetValue(int index)
    {
        if (IsNull(index))
            return null;
        decimal value = (decimal)new BigInteger(GetBytes(index));
        for (int digit = 0; digit < Scale; digit++)
            value /= 10m;
        for (int digit = 0; digit > Scale; digit--)
            value *= 10m;
        return value;
    }
}
