using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DaprHep.Sbom;

/// <summary>A bill of materials as SPDX 2.3 in JSON (ISO/IEC 5962). The same packages at the same time give the same bytes.</summary>
internal static class SpdxDocument
{
    private const string Root = "SPDXRef-image";
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="name">Name of the image.</param>
    /// <param name="version">Its version.</param>
    /// <param name="created">When it was made.</param>
    /// <param name="packages">What it has.</param>
    public static string Write(string name, string version, DateTimeOffset created, IEnumerable<Package> packages)
    {
        Package[] parts = [.. packages.DistinctBy(package => package.Url).OrderBy(package => package.Url, StringComparer.Ordinal)];
        string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts.Select(part => part.Url)))));
        var document = new JsonObject
        {
            ["spdxVersion"] = "SPDX-2.3",
            ["dataLicense"] = "CC0-1.0",
            ["SPDXID"] = "SPDXRef-DOCUMENT",
            ["name"] = $"{name}-{version}",
            ["documentNamespace"] = $"urn:daprhep:{name}:{version}:{digest}",
            ["creationInfo"] = new JsonObject
            {
                ["created"] = created.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                ["creators"] = new JsonArray("Organization: The DaprHep developers"),
            },
            ["packages"] = new JsonArray([Image(name, version), .. parts.Select(Part)]),
            ["relationships"] = new JsonArray([
                Relation("SPDXRef-DOCUMENT", "DESCRIBES", Root), .. parts.Select((_, i) => Relation(Root, "CONTAINS", IdOf(i))),
            ]),
        };
        return document.ToJsonString(Readable);
    }

    private static JsonObject Image(string name, string version) => new()
    {
        ["name"] = name,
        ["SPDXID"] = Root,
        ["versionInfo"] = version,
        ["downloadLocation"] = Package.NoAssertion,
        ["licenseConcluded"] = "Apache-2.0",
        ["licenseDeclared"] = "Apache-2.0",
        ["copyrightText"] = Package.NoAssertion,
        ["filesAnalyzed"] = false,
    };

    private static JsonObject Part(Package package, int index) => new JsonObject
    {
        ["name"] = package.Name,
        ["SPDXID"] = IdOf(index),
        ["versionInfo"] = package.Version,
        ["supplier"] = package.Supplier is { Length: > 0 } supplier ? $"Organization: {supplier}" : Package.NoAssertion,
        ["downloadLocation"] = Package.NoAssertion,
        ["licenseConcluded"] = package.Licence,
        ["licenseDeclared"] = package.Licence,
        ["copyrightText"] = Package.NoAssertion,
        ["filesAnalyzed"] = false,
        ["externalRefs"] = new JsonArray(new JsonObject
        {
            ["referenceCategory"] = "PACKAGE-MANAGER",
            ["referenceType"] = "purl",
            ["referenceLocator"] = package.Url,
        }),
    };

    private static JsonObject Relation(string from, string type, string to) => new JsonObject
    {
        ["spdxElementId"] = from,
        ["relationshipType"] = type,
        ["relatedSpdxElement"] = to,
    };

    private static string IdOf(int index) => $"SPDXRef-part-{(index + 1).ToString(CultureInfo.InvariantCulture)}";
}
