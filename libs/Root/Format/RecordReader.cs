namespace DaprHep.Root;

/// <summary>Reads whole records: key, then payload, inflated where it is compressed.</summary>
internal static class RecordReader
{
    /// <summary>
    /// Largest object inflated at once. Real baskets and trees stay far below; a file that claims more is taken for an attack on memory.
    /// </summary>
    public const int MaximumObjectBytes = 64 << 20;

    /// <summary>Reads the key header at a position.</summary>
    public static KeyHeader ReadKey(IByteSource source, long seek, long bytes, RecordLocation location)
    {
        if (seek < 0 || bytes < KeyHeader.MinimumBytes || bytes > source.Length || seek > source.Length - bytes)
            throw location.Error(seek, $"a record inside the file ({source.Length} bytes)", $"{bytes} bytes at {seek}");
        var buffer = new byte[(int)Math.Min(bytes, 1 << 12)];
        source.Read(seek, buffer);
        var cursor = new RootCursor(buffer, location, seek);
        var header = KeyHeader.Read(ref cursor);
        return header with { Extent = header.Extent with { Seek = seek } };
    }

    /// <summary>Reads the payload of a record.</summary>
    public static byte[] Read(IByteSource source, RecordExtent key, RecordLocation location)
    {
        var payloadBytes = CheckExtent(source, key, location);
        var payload = new byte[payloadBytes];
        source.Read(key.Seek + key.KeyLength, payload);
        if (key.ObjectLength == payloadBytes)
            return payload;
        CompressedRecord.CheckBlocks(payload, key.ObjectLength, location);
        var target = GC.AllocateUninitializedArray<byte>(key.ObjectLength);
        CompressedRecord.Inflate(payload, target, location);
        return target;
    }

    /// <summary>Checks that a record lies in the file and inflates to a bearable size.</summary>
    /// <returns>Bytes of the payload in the file.</returns>
    public static int CheckExtent(IByteSource source, RecordExtent key, RecordLocation location)
    {
        if (key.Seek < 0 || key.Seek > source.Length - key.Bytes)
            throw location.Error(key.Seek, $"a record inside the file ({source.Length} bytes)", $"{key.Bytes} bytes at {key.Seek}");
        if (key.Bytes < key.KeyLength)
            throw location.Error(key.Seek, $"a record of at least its key's {key.KeyLength} bytes", $"{key.Bytes}");
        if (key.ObjectLength > MaximumObjectBytes)
            throw location.Error(key.Seek, $"an object of at most {MaximumObjectBytes} bytes", $"{key.ObjectLength}");
        var payload = key.Bytes - key.KeyLength;
        if (key.ObjectLength < payload)
            throw location.Error(key.Seek, $"an object of at least its payload's {payload} bytes", $"{key.ObjectLength}");
        return payload;
    }
}
