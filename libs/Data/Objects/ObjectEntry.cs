namespace DaprHep.Data.Objects;

/// <summary>An object as a listing shows it.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Modified">When it was written.</param>
public sealed record ObjectEntry(string Key, long Bytes, DateTimeOffset Modified);
