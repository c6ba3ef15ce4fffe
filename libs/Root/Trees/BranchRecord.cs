namespace DaprHep.Root;

/// <summary>The members of a TBranch or TBranchElement that the reader needs.</summary>
internal sealed class BranchRecord(string streamedClass) : StreamedRecord
{
    public override bool IsRequired => true;

    public string StreamedClass { get; } = streamedClass;

    public string Name { get; private set; } = "";

    public string Title { get; private set; } = "";

    public string ClassName { get; private set; } = "";

    public string ParentName { get; private set; } = "";

    public string ClonesName { get; private set; } = "";

    public string FileName { get; private set; } = "";

    public long Entries { get; private set; }

    public long EntryNumber { get; private set; }

    public long RawBytes { get; private set; }

    public long CompressedBytes { get; private set; }

    public int Compression { get; private set; }

    public int WriteBasket { get; private set; }

    public int EntryOffsetLength { get; private set; }

    /// <summary>
    /// TBranchElement::fType: 0 member, 1 base, 2 object, 3 TClonesArray, 4 STL collection, 31 and 41 their members, −1 an object
    /// whose class writes itself; −1 also for a TBranch.
    /// </summary>
    public int Type { get; private set; } = -1;

    public int Id { get; private set; } = -1;

    public int StreamerType { get; private set; } = -1;

    public int ClassVersion { get; private set; }

    public uint Checksum { get; private set; }

    public long[] BasketBytes { get; private set; } = [];

    public long[] BasketEntry { get; private set; } = [];

    public long[] BasketSeek { get; private set; } = [];

    public IReadOnlyList<object?> Branches { get; private set; } = [];

    public IReadOnlyList<LeafRecord> Leaves { get; private set; } = [];

    public IReadOnlyList<object?> Baskets { get; private set; } = [];

    public BranchRecord? Counter { get; private set; }

    public override void SetText(string member, string value)
    {
        switch (member)
        {
            case "fName": Name = value; break;
            case "fTitle": Title = value; break;
            case "fClassName": ClassName = value; break;
            case "fParentName": ParentName = value; break;
            case "fClonesName": ClonesName = value; break;
            case "fFileName": FileName = value; break;
        }
    }

    public override void SetInteger(string member, long value)
    {
        switch (member)
        {
            case "fEntries": Entries = value; break;
            case "fEntryNumber": EntryNumber = value; break;
            case "fTotBytes": RawBytes = value; break;
            case "fZipBytes": CompressedBytes = value; break;
            case "fCompress": Compression = (int)value; break;
            case "fWriteBasket": WriteBasket = (int)value; break;
            case "fEntryOffsetLen": EntryOffsetLength = (int)value; break;
            case "fType": Type = (int)value; break;
            case "fID": Id = (int)value; break;
            case "fStreamerType": StreamerType = (int)value; break;
            case "fClassVersion": ClassVersion = (int)value; break;
            case "fCheckSum": Checksum = (uint)value; break;
        }
    }

    public override void SetIntegers(string member, long[] values)
    {
        switch (member)
        {
            case "fBasketBytes": BasketBytes = values; break;
            case "fBasketEntry": BasketEntry = values; break;
            case "fBasketSeek": BasketSeek = values; break;
        }
    }

    public override void SetObject(string member, object? value)
    {
        switch (member)
        {
            case "fBranches" when value is ListRecord list: Branches = list.Items; break;
            case "fLeaves" when value is ListRecord list: Leaves = [.. list.Items.OfType<LeafRecord>()]; break;
            case "fBaskets" when value is ListRecord list: Baskets = list.Items; break;
            case "fBasketBytes" or "fBasketEntry" or "fBasketSeek" when value is long[] items: SetIntegers(member, items); break;
            case "fBranchCount": Counter = value as BranchRecord; break;
        }
    }
}
