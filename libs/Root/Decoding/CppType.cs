namespace DaprHep.Root;

/// <summary>A C++ type name, parsed: its template's name and arguments, without namespace std, const and allocators.</summary>
/// <param name="Name">The name without arguments, such as <c>vector</c> or <c>unsigned int</c>.</param>
/// <param name="Arguments">The template arguments in order.</param>
/// <param name="Text">The whole name, as streamer info spells it.</param>
internal sealed record CppType(string Name, IReadOnlyList<CppType> Arguments, string Text)
{
    /// <summary>Deeper than any real type; keeps the stack safe from made-up names.</summary>
    private const int MaximumDepth = 32;

    /// <summary>True for a pointer.</summary>
    public bool IsPointer => Name.EndsWith('*');

    /// <summary>Parses a type name. A name that does not parse comes back as it is, without arguments.</summary>
    public static CppType Parse(string text) => Parse(text.AsSpan(), 0);

    private static CppType Parse(ReadOnlySpan<char> text, int depth)
    {
        text = Strip(text);
        var whole = text.ToString();
        var open = text.IndexOf('<');
        if (open <= 0 || text[^1] != '>' || depth >= MaximumDepth)
            return new CppType(whole, [], whole);
        var arguments = new List<CppType>();
        var inside = text[(open + 1)..^1];
        int start = 0, level = 0;
        for (var i = 0; i <= inside.Length; i++)
        {
            if (i == inside.Length || (inside[i] == ',' && level == 0))
            {
                arguments.Add(Parse(inside[start..i], depth + 1));
                start = i + 1;
            }
            else if (inside[i] == '<')
            {
                level++;
            }
            else if (inside[i] == '>')
            {
                level--;
            }
        }
        return new CppType(text[..open].Trim().ToString(), arguments, whole);
    }

    private static ReadOnlySpan<char> Strip(ReadOnlySpan<char> text)
    {
        while (true)
        {
            text = text.Trim();
            if (text.StartsWith("std::"))
                text = text["std::".Length..];
            else if (text.StartsWith("const "))
                text = text["const ".Length..];
            else if (text.EndsWith(" const"))
                text = text[..^" const".Length];
            else
                return text;
        }
    }
}
