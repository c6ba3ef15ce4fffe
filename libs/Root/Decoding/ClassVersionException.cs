namespace DaprHep.Root;

/// <summary>Objects of another version of their class than expected: the nodes are to be built again for that version.</summary>
internal sealed class ClassVersionException(string className, ObjectHeader header)
    : Exception($"{className}: version {header.Version}, checksum {header.Checksum:X8}")
{
    public string ClassName { get; } = className;

    public ObjectHeader Header { get; } = header;
}
