namespace DaprHep.Root;

/// <summary>An object read through its class' streamer info. Subclasses keep the members they need; the others are dropped.</summary>
internal class StreamedRecord
{
    /// <summary>True if an object without a known layout is an error, not something to be skipped.</summary>
    public virtual bool IsRequired => false;

    /// <summary>True once all that is needed of the object has been read; the rest is skipped if its end is known.</summary>
    public virtual bool IsComplete => false;

    public virtual void SetInteger(string member, long value)
    {
    }

    public virtual void SetText(string member, string value)
    {
    }

    /// <summary>An array member; the items are widened to long.</summary>
    public virtual void SetIntegers(string member, long[] values)
    {
    }

    public virtual void SetObject(string member, object? value)
    {
    }
}

/// <summary>TObjArray or TList: its items in order, null where a slot is empty.</summary>
internal sealed class ListRecord(IReadOnlyList<object?> items) : StreamedRecord
{
    public IReadOnlyList<object?> Items { get; } = items;
}

/// <summary>A class layout on its way into the <see cref="StreamerRegistry"/>.</summary>
internal sealed class StreamerInfoRecord : StreamedRecord
{
    public required string Name { get; init; }

    public required int Version { get; init; }

    public required uint Checksum { get; init; }

    public required IReadOnlyList<StreamerElement> Elements { get; init; }
}

/// <summary>One member of a class layout.</summary>
internal sealed class ElementRecord(StreamerElement element) : StreamedRecord
{
    public StreamerElement Element { get; } = element;
}

/// <summary>A TString on its own.</summary>
internal sealed class TextRecord(string value) : StreamedRecord
{
    public string Value { get; } = value;
}
