using System.Text;
using System.Text.Unicode;

namespace DaprHep.Root;

/// <summary>The characters of stored strings. ROOT keeps bytes and no encoding: what is not UTF-8 is taken for Latin-1, which fits any bytes.</summary>
internal static class StoredText
{
    public static string Of(ReadOnlySpan<byte> bytes) => (Utf8.IsValid(bytes) ? Encoding.UTF8 : Encoding.Latin1).GetString(bytes);
}
