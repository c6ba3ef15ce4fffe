namespace Apache.Arrow.Types;

public sealed class NullType : ArrowType
{
    public static readonly NullType Default = new();

    public override ArrowTypeId TypeId => ArrowTypeId.Null;

    public override string Name => "null";

    public override void Accept(IArrowTypeVisitor visitor) => Accept(this, visitor);
}

public sealed class BooleanType : NumberType
{
    public static readonly BooleanType Default = new();

    public override ArrowTypeId TypeId => ArrowTypeId.Boolean;

    public override string Name => "bool";

    public override int BitWidth => 1;

    public override bool IsSigned => false;

    public override void Accept(IArrowTypeVisitor visitor) => Accept(this, visitor);
}
