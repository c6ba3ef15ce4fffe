namespace DaprHep.Root;

/// <summary>The members of a TTree that the reader needs.</summary>
internal sealed class TreeRecord : StreamedRecord
{
    public override bool IsRequired => true;

    /// <summary>Behind the branches come aliases, friends and objects of the user's.</summary>
    public override bool IsComplete => Branches.Count > 0;

    public string Title { get; private set; } = "";

    public long Entries { get; private set; }

    public IReadOnlyList<object?> Branches { get; private set; } = [];

    public override void SetText(string member, string value)
    {
        if (member == "fTitle")
            Title = value;
    }

    public override void SetInteger(string member, long value)
    {
        if (member == "fEntries")
            Entries = value;
    }

    public override void SetObject(string member, object? value)
    {
        if (member == "fBranches" && value is ListRecord list)
            Branches = list.Items;
    }
}
