namespace DaprHep.Data.Events;

/// <summary>Event data are not as the schema says: the message names the file, the column and what was found.</summary>
public sealed class EventDataException(string file, string problem, Exception? inner = null) : Exception($"{file}: {problem}", inner)
{
    /// <summary>The file or object at fault.</summary>
    public string File { get; } = file;
}
