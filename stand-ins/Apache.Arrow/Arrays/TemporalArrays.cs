using Apache.Arrow.Types;

namespace Apache.Arrow;

/// <summary>Days since 1970-01-01.</summary>
public class Date32Array : PrimitiveArray<int>
{
    public Date32Array(ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset)
        : this(new ArrayData(
            Date32Type.Default, length, nullCount, offset, [nullBitmapBuffer, valueBuffer], System.Array.Empty<ArrayData>()))
    {
    }

    public Date32Array(ArrayData data)
        : base(data) => data.EnsureDataType(ArrowTypeId.Date32);

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    public DateTime? GetDateTime(int index) =>
        GetValue(index) is { } days ? DateTime.UnixEpoch.AddDays(days) : null;

    public DateTimeOffset? GetDateTimeOffset(int index) =>
        GetValue(index) is { } days ? DateTimeOffset.UnixEpoch.AddDays(days) : null;

    public DateOnly? GetDateOnly(int index) =>
        GetDateTime(index) is { } time ? DateOnly.FromDateTime(time) : null;
}

/// <summary>Milliseconds since 1970-01-01, whole days.</summary>
public class Date64Array : PrimitiveArray<long>
{
    public Date64Array(ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset)
        : this(new ArrayData(
            Date64Type.Default, length, nullCount, offset, [nullBitmapBuffer, valueBuffer], System.Array.Empty<ArrayData>()))
    {
    }

    public Date64Array(ArrayData data)
        : base(data) => data.EnsureDataType(ArrowTypeId.Date64);

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    public DateTime? GetDateTime(int index) =>
        GetValue(index) is { } milliseconds ? DateTime.UnixEpoch.AddMilliseconds(milliseconds) : null;

    public DateTimeOffset? GetDateTimeOffset(int index) =>
        GetValue(index) is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    public DateOnly? GetDateOnly(int index) =>
        GetDateTime(index) is { } time ? DateOnly.FromDateTime(time) : null;
}

/// <summary>Seconds or milliseconds since midnight.</summary>
public class Time32Array : PrimitiveArray<int>
{
    public Time32Array(Time32Type type, ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset)
        : this(new ArrayData(type, length, nullCount, offset, [nullBitmapBuffer, valueBuffer], System.Array.Empty<ArrayData>()))
    {
    }

    public Time32Array(ArrayData data)
        : base(data) => data.EnsureDataType(ArrowTypeId.Time32);

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    public TimeOnly? GetTime(int index) =>
        GetValue(index) is { } value ? new TimeOnly(((TimeBasedType)Data.DataType).Unit.ToTicks(value)) : null;
}

/// <summary>Microseconds or nanoseconds since midnight.</summary>
public class Time64Array : PrimitiveArray<long>
{
    public Time64Array(Time64Type type, ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset)
        : this(new ArrayData(type, length, nullCount, offset, [nullBitmapBuffer, valueBuffer], System.Array.Empty<ArrayData>()))
    {
    }

    public Time64Array(ArrayData data)
        : base(data) => data.EnsureDataType(ArrowTypeId.Time64);

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    public TimeOnly? GetTime(int index) =>
        GetValue(index) is { } value ? new TimeOnly(((TimeBasedType)Data.DataType).Unit.ToTicks(value)) : null;
}

/// <summary>Units since 1970-01-01 UTC (or of the local clock when the type has no time zone).</summary>
public class TimestampArray : PrimitiveArray<long>
{
    public TimestampArray(TimestampType type, ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset)
        : this(new ArrayData(type, length, nullCount, offset, [nullBitmapBuffer, valueBuffer], System.Array.Empty<ArrayData>()))
    {
    }

    public TimestampArray(ArrayData data)
        : base(data) => data.EnsureDataType(ArrowTypeId.Timestamp);

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    public DateTimeOffset? GetTimestamp(int index) =>
        GetValue(index) is { } value ? DateTimeOffset.UnixEpoch.AddTicks(((TimeBasedType)Data.DataType).Unit.ToTicks(value)) : null;
}

/// <summary>Lengths of time.</summary>
public class DurationArray : PrimitiveArray<long>
{
    public DurationArray(DurationType type, ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset)
        : this(new ArrayData(type, length, nullCount, offset, [nullBitmapBuffer, valueBuffer], System.Array.Empty<ArrayData>()))
    {
    }

    public DurationArray(ArrayData data)
        : base(data) => data.EnsureDataType(ArrowTypeId.Duration);

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    public DurationType DataType => (DurationType)Data.DataType;

    public TimeSpan? GetTimeSpan(int index) =>
        GetValue(index) is { } value ? new TimeSpan(DataType.Unit.ToTicks(value)) : null;
}

internal static class TimeUnits
{
    /// <summary>Ticks (100 ns) of a number of units; what is below a tick is cut off.</summary>
    /// <exception cref="OverflowException">The time is outside what .NET can hold.</exception>
    public static long ToTicks(this TimeUnit unit, long value) => unit switch
    {
        TimeUnit.Second => checked(value * TimeSpan.TicksPerSecond),
        TimeUnit.Millisecond => checked(value * TimeSpan.TicksPerMillisecond),
        TimeUnit.Microsecond => checked(value * TimeSpan.TicksPerMicrosecond),
        TimeUnit.Nanosecond => value / TimeSpan.NanosecondsPerTick,
        _ => throw new InvalidDataException($"Unsupported time unit: {unit}"),
    };
}
