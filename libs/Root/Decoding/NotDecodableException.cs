namespace DaprHep.Root;

/// <summary>A type that this reader does not decode, and why.</summary>
internal sealed class NotDecodableException(string reason) : Exception(reason);
