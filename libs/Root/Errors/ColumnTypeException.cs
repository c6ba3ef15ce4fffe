namespace DaprHep.Root;

/// <summary>A branch asked for as another type than the stored one.</summary>
public sealed class ColumnTypeException : RootException
{
    /// <summary>Creates the error.</summary>
    /// <param name="branch">File, tree and branch.</param>
    /// <param name="stored">The stored type.</param>
    /// <param name="asked">The type asked for.</param>
    public ColumnTypeException(string branch, string stored, string asked)
        : base($"{branch}: stored as {stored}, asked for as {asked}; ask for {stored} and convert the values")
    {
        Stored = stored;
        Asked = asked;
    }

    /// <summary>The stored type.</summary>
    public string Stored { get; }

    /// <summary>The type asked for.</summary>
    public string Asked { get; }
}
