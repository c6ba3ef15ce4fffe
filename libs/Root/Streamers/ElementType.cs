namespace DaprHep.Root;

/// <summary>Type codes of streamer elements (TVirtualStreamerInfo::EReadWrite).</summary>
internal static class ElementType
{
    public const int Base = 0;
    public const int Char = 1, Short = 2, Int = 3, Long = 4, Float = 5, Counter = 6, CharStar = 7, Double = 8, Double32 = 9;
    public const int LegacyChar = 10, UChar = 11, UShort = 12, UInt = 13, ULong = 14, Bits = 15, Long64 = 16, ULong64 = 17;
    public const int Bool = 18, Float16 = 19;

    /// <summary>Added to a basic type: a fixed array.</summary>
    public const int FixedArray = 20;

    /// <summary>Added to a basic type: a variable array, its items counted by another member.</summary>
    public const int PointerArray = 40;

    public const int Object = 61, Any = 62, ObjectInPlacePointer = 63, ObjectPointer = 64, TString = 65, TObject = 66, TNamed = 67;
    public const int AnyInPlacePointer = 68, AnyPointer = 69, AnyPointerNoVirtualTable = 70, StlPointer = 71;

    /// <summary>Added to any of the above: a fixed array of it (81 Object, 82 Any, …).</summary>
    public const int ObjectArray = 20;

    public const int Stl = 300, StlString = 365, CustomStreamer = 500, StreamLoop = 501, Artificial = 1000;

    /// <summary>Bytes of a basic type in a file; 0 for types whose size depends on more (Double32, Float16 with a range).</summary>
    public static int BytesOf(int basic) => basic switch
    {
        Char or LegacyChar or UChar or Bool => 1,
        Short or UShort => 2,
        Int or Counter or UInt or Float or Bits => 4,
        Long or ULong or Long64 or ULong64 or Double => 8,
        _ => 0,
    };
}
