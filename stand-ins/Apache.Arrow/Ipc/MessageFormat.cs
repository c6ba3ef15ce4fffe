namespace Apache.Arrow.Ipc;

/// <summary>
/// Slots, union codes and sizes of the metadata tables; source: Message.fbs, Schema.fbs and File.fbs of the Arrow columnar format 1.5
/// (https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc).
/// </summary>
internal static class MessageFormat
{
    public const int Continuation = -1;
    public const short Version4 = 3;
    public const short Version5 = 4;
    public const int BufferAlignment = 64;

    public static ReadOnlySpan<byte> Magic => "ARROW1"u8;

    public static class Message
    {
        public const int Version = 0, HeaderType = 1, Header = 2, BodyLength = 3, Slots = 5;
    }

    public enum Header : byte
    {
        None,
        Schema,
        DictionaryBatch,
        RecordBatch,
        Tensor,
        SparseTensor,
    }

    public static class Schema
    {
        public const int Endianness = 0, Fields = 1, Metadata = 2, Slots = 4;
    }

    public static class Field
    {
        public const int Name = 0, Nullable = 1, TypeCode = 2, Type = 3, Dictionary = 4, Children = 5, Metadata = 6, Slots = 7;
    }

    public static class KeyValue
    {
        public const int Key = 0, Value = 1, Slots = 2;
    }

    public static class DictionaryEncoding
    {
        public const int Id = 0, IndexType = 1, Ordered = 2, Slots = 4;
    }

    public static class RecordBatch
    {
        public const int Length = 0, Nodes = 1, Buffers = 2, Compression = 3, Slots = 5;
        public const int NodeSize = 16, BufferSize = 16;
    }

    public static class Compression
    {
        public const int Codec = 0, Method = 1, Slots = 2;
    }

    public static class DictionaryBatch
    {
        public const int Id = 0, Data = 1, IsDelta = 2, Slots = 3;
    }

    public static class Footer
    {
        public const int Version = 0, Schema = 1, Dictionaries = 2, RecordBatches = 3, Slots = 5;
        public const int BlockSize = 24;
    }

    public enum TypeCode : byte
    {
        None,
        Null,
        Int,
        FloatingPoint,
        Binary,
        Utf8,
        Bool,
        Decimal,
        Date,
        Time,
        Timestamp,
        Interval,
        List,
        Struct,
        Union,
        FixedSizeBinary,
        FixedSizeList,
        Map,
        Duration,
        LargeBinary,
        LargeUtf8,
        LargeList,
        RunEndEncoded,
        BinaryView,
        Utf8View,
        ListView,
        LargeListView,
    }
}
