namespace DaprHep.Root;

/// <summary>Names of C++ number types, as they stand in template arguments.</summary>
internal static class CppNumbers
{
    /// <summary>The streamer type code of a number; null if the name is not one.</summary>
    public static int? Find(string name) => name switch
    {
        "bool" or "Bool_t" => ElementType.Bool,
        "char" or "Char_t" or "signed char" or "int8_t" or "Int8_t" or "Text_t" => ElementType.Char,
        "unsigned char" or "UChar_t" or "uint8_t" or "UInt8_t" or "Byte_t" or "byte" => ElementType.UChar,
        "short" or "Short_t" or "short int" or "int16_t" or "Int16_t" or "Version_t" => ElementType.Short,
        "unsigned short" or "UShort_t" or "unsigned short int" or "uint16_t" or "UInt16_t" => ElementType.UShort,
        "int" or "Int_t" or "signed int" or "int32_t" or "Int32_t" => ElementType.Int,
        "unsigned int" or "UInt_t" or "unsigned" or "uint32_t" or "UInt32_t" => ElementType.UInt,
        "long" or "Long_t" or "long int" => ElementType.Long,
        "unsigned long" or "ULong_t" or "unsigned long int" or "size_t" => ElementType.ULong,
        "long long" or "Long64_t" or "long long int" or "int64_t" or "Int64_t" => ElementType.Long64,
        "unsigned long long" or "ULong64_t" or "unsigned long long int" or "uint64_t" or "UInt64_t" => ElementType.ULong64,
        "float" or "Float_t" or "Size_t" or "Float32_t" => ElementType.Float,
        "double" or "Double_t" or "Float64_t" => ElementType.Double,
        "Double32_t" => ElementType.Double32,
        "Float16_t" => ElementType.Float16,
        _ => null,
    };
}
