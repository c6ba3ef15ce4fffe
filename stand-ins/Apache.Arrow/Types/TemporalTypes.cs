namespace Apache.Arrow.Types;

public enum TimeUnit
{
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
}

public enum DateUnit
{
    Day,
    Milliseconds,
}

public abstract class DateType : FixedWidthType
{
    public abstract DateUnit Unit { get; }
}

public sealed class Date32Type : DateType
{
    public static readonly Date32Type Default = new();

    public override ArrowTypeId TypeId => ArrowTypeId.Date32;

    public override string Name => "date32";

    public override int BitWidth => 32;

    public override DateUnit Unit => DateUnit.Day;

    public override void Accept(IArrowTypeVisitor visitor) => Accept(this, visitor);
}

public sealed class Date64Type : DateType
{
    public static readonly Date64Type Default = new();

    public override ArrowTypeId TypeId => ArrowTypeId.Date64;

    public override string Name => "date64";

    public override int BitWidth => 64;

    public override DateUnit Unit => DateUnit.Milliseconds;

    public override void Accept(IArrowTypeVisitor visitor) => Accept(this, visitor);
}

public abstract class TimeBasedType : FixedWidthType
{
    protected TimeBasedType(TimeUnit unit) => Unit = unit;

    public TimeUnit Unit { get; }
}

public abstract class TimeType : TimeBasedType
{
    public static readonly Time32Type Second = new(TimeUnit.Second);
    public static readonly Time32Type Millisecond = new(TimeUnit.Millisecond);
    public static readonly Time64Type Microsecond = new(TimeUnit.Microsecond);
    public static readonly Time64Type Nanosecond = new(TimeUnit.Nanosecond);

    protected TimeType(TimeUnit unit)
        : base(unit)
    {
    }
}

public sealed class Time32Type : TimeType
{
    public Time32Type(TimeUnit unit = TimeUnit.Millisecond)
        : base(unit)
    {
    }

    public static Time32Type Default => Millisecond;

    public override ArrowTypeId TypeId => ArrowTypeId.Time32;

    public override string Name => "time32";

    public override int BitWidth => 32;

    public override void Accept(IArrowTypeVisitor visitor) => Accept(this, visitor);
}

public sealed class Time64Type : TimeType
{
    public Time64Type(TimeUnit unit = TimeUnit.Nanosecond)
        : base(unit)
    {
    }

    public static Time64Type Default => Nanosecond;

    public override ArrowTypeId TypeId => ArrowTypeId.Time64;

    public override string Name => "time64";

    public override int BitWidth => 64;

    public override void Accept(IArrowTypeVisitor visitor) => Accept(this, visitor);
}

public sealed class TimestampType : TimeBasedType
{
    public static readonly TimestampType Default = new(TimeUnit.Millisecond, "+00:00");

    public TimestampType(TimeUnit unit = TimeUnit.Millisecond, string? timezone = default)
        : base(unit) => Timezone = timezone;

    public TimestampType(TimeUnit unit = TimeUnit.Millisecond, TimeZoneInfo? timezone = default)
        : base(unit)
    {
        if (timezone is not null)
        {
            var offset = timezone.BaseUtcOffset;
            Timezone = $"{(offset < TimeSpan.Zero ? '-' : '+')}{offset:hh\\:mm}";
        }
    }

    public override ArrowTypeId TypeId => ArrowTypeId.Timestamp;

    public override string Name => "timestamp";

    public override int BitWidth => 64;

    public string? Timezone { get; }

    public bool IsTimeZoneAware => !string.IsNullOrWhiteSpace(Timezone);

    public override void Accept(IArrowTypeVisitor visitor) => Accept(this, visitor);
}

public sealed class DurationType : TimeBasedType
{
    public static readonly DurationType Second = new(TimeUnit.Second);
    public static readonly DurationType Millisecond = new(TimeUnit.Millisecond);
    public static readonly DurationType Microsecond = new(TimeUnit.Microsecond);
    public static readonly DurationType Nanosecond = new(TimeUnit.Nanosecond);

    private DurationType(TimeUnit unit)
        : base(unit)
    {
    }

    public override ArrowTypeId TypeId => ArrowTypeId.Duration;

    public override string Name => "duration";

    public override int BitWidth => 64;

    public static DurationType FromTimeUnit(TimeUnit unit) => unit switch
    {
        TimeUnit.Second => Second,
        TimeUnit.Millisecond => Millisecond,
        TimeUnit.Microsecond => Microsecond,
        TimeUnit.Nanosecond => Nanosecond,
        _ => throw new ArgumentOutOfRangeException(nameof(unit)),
    };

    public override void Accept(IArrowTypeVisitor visitor) => Accept(this, visitor);
}
