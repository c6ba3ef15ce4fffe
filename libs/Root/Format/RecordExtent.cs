namespace DaprHep.Root;

/// <summary>The sizes and position of a record, without the names in its key.</summary>
/// <param name="Bytes">Bytes in the file, key included.</param>
/// <param name="ObjectLength">Bytes of the object when inflated.</param>
/// <param name="KeyLength">Bytes of the key.</param>
/// <param name="Seek">Position in the file.</param>
internal readonly record struct RecordExtent(int Bytes, int ObjectLength, int KeyLength, long Seek);
