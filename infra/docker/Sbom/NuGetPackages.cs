using System.Text.Json;
using System.Xml.Linq;

namespace DaprHep.Sbom;

/// <summary>The NuGet packages of a program, from its <c>deps.json</c>; their licences from the specifications in the folder of packages.</summary>
internal static class NuGetPackages
{
    private const string RuntimePack = "runtimepack.";

    // What packages of the time before SPDX expressions say by an address.
    private static readonly Dictionary<string, string> ByAddress = new()
    {
        ["https://aka.ms/deprecateLicenseUrl"] = Package.NoAssertion,
        ["http://aws.amazon.com/apache2.0/"] = "Apache-2.0",
        ["https://github.com/dotnet/corefx/blob/master/LICENSE.TXT"] = "MIT",
        ["https://github.com/dotnet/standard/blob/master/LICENSE.TXT"] = "MIT",
        ["https://www.apache.org/licenses/LICENSE-2.0"] = "Apache-2.0",
        ["http://www.apache.org/licenses/LICENSE-2.0"] = "Apache-2.0",
    };

    private static string Folder => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
        ? folder
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>The packages that <paramref name="dependencies"/> names.</summary>
    /// <param name="dependencies">Path of a <c>deps.json</c>.</param>
    public static IEnumerable<Package> Of(string dependencies)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(dependencies));
        foreach (JsonProperty library in document.RootElement.GetProperty("libraries").EnumerateObject())
        {
            string type = library.Value.GetProperty("type").GetString()!;
            if (type is not ("package" or "runtimepack"))
                continue;
            int slash = library.Name.IndexOf('/', StringComparison.Ordinal);
            string name = library.Name[..slash], version = library.Name[(slash + 1)..];
            if (name.StartsWith(RuntimePack, StringComparison.Ordinal))
                name = name[RuntimePack.Length..];
            yield return Read(name, version);
        }
    }

    private static Package Read(string name, string version)
    {
        string id = name.ToLowerInvariant();
        string specification = Path.Combine(Folder, id, version.ToLowerInvariant(), id + ".nuspec");
        if (!File.Exists(specification))
            throw new FileNotFoundException($"{specification} is missing; build the program on this machine, which restores its packages");
        XElement metadata = XDocument.Load(specification).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
        XElement? licence = Member(metadata, "license");
        string expression = licence?.Attribute("type")?.Value == "expression"
            ? licence.Value
            : ByAddress.GetValueOrDefault(Member(metadata, "licenseUrl")?.Value ?? "", Package.NoAssertion);
        return new Package("nuget", name, version, expression, Member(metadata, "authors")?.Value);
    }

    private static XElement? Member(XElement metadata, string name) => metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name);
}
