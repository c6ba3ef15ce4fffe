namespace Apache.Arrow.Types;

public abstract class ArrowType : IArrowType
{
    public abstract ArrowTypeId TypeId { get; }

    public abstract string Name { get; }

    public virtual bool IsFixedWidth => false;

    public abstract void Accept(IArrowTypeVisitor visitor);

    internal static void Accept<T>(T type, IArrowTypeVisitor visitor)
        where T : class, IArrowType
    {
        if (visitor is IArrowTypeVisitor<T> typed)
            typed.Visit(type);
        else
            visitor.Visit(type);
    }
}

public abstract class FixedWidthType : ArrowType
{
    public override bool IsFixedWidth => true;

    public abstract int BitWidth { get; }
}

public abstract class NumberType : FixedWidthType
{
    public abstract bool IsSigned { get; }
}

public abstract class IntegerType : NumberType
{
}

public abstract class FloatingPointType : NumberType
{
    public enum PrecisionKind
    {
        Half,
        Single,
        Double,
    }

    public abstract PrecisionKind Precision { get; }
}
