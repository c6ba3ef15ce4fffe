namespace DaprHep.Root;

/// <summary>The members of a TLeaf that the reader needs.</summary>
internal sealed class LeafRecord(string streamedClass) : StreamedRecord
{
    public override bool IsRequired => true;

    public string StreamedClass { get; } = streamedClass;

    public string Name { get; private set; } = "";

    public string Title { get; private set; } = "";

    public int Length { get; private set; } = 1;

    public bool IsUnsigned { get; private set; }

    public LeafRecord? Counter { get; private set; }

    public override void SetText(string member, string value)
    {
        switch (member)
        {
            case "fName": Name = value; break;
            case "fTitle": Title = value; break;
        }
    }

    public override void SetInteger(string member, long value)
    {
        switch (member)
        {
            case "fLen": Length = (int)value; break;
            case "fIsUnsigned": IsUnsigned = value != 0; break;
        }
    }

    public override void SetObject(string member, object? value)
    {
        if (member == "fLeafCount")
            Counter = value as LeafRecord;
    }
}
