using System.Globalization;
using System.Reflection;

namespace DaprHep.Production.Tests.OfficialApi;

/// <summary>What an assembly shows to others, one line a member, in an order of its own: what code compiles against.</summary>
internal static class PublicSurface
{
    private const BindingFlags Own =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<string, string> Keywords = new()
    {
        ["System.Void"] = "void", ["System.Object"] = "object", ["System.String"] = "string", ["System.Boolean"] = "bool",
        ["System.Byte"] = "byte", ["System.Int32"] = "int", ["System.Int64"] = "long", ["System.Single"] = "float", ["System.Double"] = "double",
    };

    /// <summary>
    /// The lines of all visible types of <paramref name="assembly"/> in the namespaces that begin with one of <paramref
    /// name="namespaces"/>.
    /// </summary>
    public static SortedSet<string> Of(Assembly assembly, IReadOnlyList<string> namespaces) => new(
        assembly.GetExportedTypes()
            .Where(type => namespaces.Any(name => type.FullName!.StartsWith(name, StringComparison.Ordinal)))
            .SelectMany(LinesOf),
        StringComparer.Ordinal);

    private static IEnumerable<string> LinesOf(Type type)
    {
        string name = NameOf(type);
        yield return $"{name}: {KindOf(type)}";
        foreach (MemberInfo member in type.GetMembers(Own))
        {
            string? line = member switch
            {
                ConstructorInfo c when IsVisible(c, type) && !c.IsStatic => $"new({Parameters(c)})",
                MethodInfo m when IsVisible(m, type) && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal)) =>
                    $"{Modifier(m)}{NameOf(m.ReturnType)} {m.Name}{Generics(m)}({Parameters(m)})",
                PropertyInfo p when p.GetMethod is { } get && IsVisible(get, type) =>
                    $"{Modifier(get)}{NameOf(p.PropertyType)} {p.Name}{Index(p)} {{ get;{Setter(p, type)} }}",
                FieldInfo f when (f.IsPublic || f.IsFamily && !type.IsSealed) && !f.IsSpecialName =>
                    $"{(f.IsStatic ? "static " : "")}{NameOf(f.FieldType)} {f.Name}",
                _ => null,
            };
            if (line is not null && !member.Name.Contains('<', StringComparison.Ordinal))
                yield return $"{name}.{line}";
        }
    }

    private static string Setter(PropertyInfo property, Type type) => property.SetMethod is { } set && IsVisible(set, type) ? " set;" : "";

    private static bool IsVisible(MethodBase method, Type type) =>
        method.IsPublic || (method.IsFamily || method.IsFamilyOrAssembly) && !type.IsSealed;

    private static string KindOf(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        _ when type.BaseType?.FullName == "System.MulticastDelegate" => "delegate",
        { IsAbstract: true, IsSealed: true } => "static class",
        _ => "class",
    };

    private static string Modifier(MethodInfo method) => method.IsStatic ? "static " : "";

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(NameOf))}>" : "";

    private static string Index(PropertyInfo property) =>
        property.GetIndexParameters() is { Length: > 0 } index ? $"[{string.Join(", ", index.Select(ParameterOf))}]" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(ParameterOf));

    private static string ParameterOf(ParameterInfo parameter)
    {
        string way = parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? "ref " : "";
        return $"{way}{NameOf(parameter.ParameterType)} {parameter.Name}{(parameter.IsOptional ? " = …" : "")}";
    }

    private static string NameOf(Type type)
    {
        if (type.IsByRef)
            return NameOf(type.GetElementType()!);
        if (type.IsPointer)
            return NameOf(type.GetElementType()!) + "*";
        if (type.IsArray)
            return $"{NameOf(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (type.IsGenericParameter)
            return type.Name;
        string name = (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');
        if (Keywords.TryGetValue(name, out string? keyword))
            return keyword;
        if (!type.IsGenericType)
            return name;
        if (name == "System.Nullable`1")
            return NameOf(type.GetGenericArguments()[0]) + "?";
        string bare = string.Join('.', name.Split('.').Select(part => part.Split('`')[0]));
        return string.Create(CultureInfo.InvariantCulture, $"{bare}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>");
    }
}
