using System.Globalization;
using DaprHep.Sbom;

const string Usage = """
    DaprHep.Sbom spdx --name IMAGE --version V --app FOLDER [--debian FOLDER]...   an image's bill of materials, as SPDX; its time is SOURCE_DATE_EPOCH
    DaprHep.Sbom licences DEPS.json...                                             the licences of programs' packages, as a table
    """;

try
{
    switch (args)
    {
        case ["spdx", .. var options]:
            ILookup<string, string> values = options.Chunk(2).ToLookup(pair => pair[0], pair => pair[^1]);
            string dependencies = Directory.EnumerateFiles(values["--app"].Single(), "*.deps.json").Single();
            DateTimeOffset created = DateTimeOffset.FromUnixTimeSeconds(
                long.Parse(Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH") ?? "0", CultureInfo.InvariantCulture));
            Console.Out.WriteLine(SpdxDocument.Write(
                values["--name"].Single(),
                values["--version"].Single(),
                created,
                [.. NuGetPackages.Of(dependencies), .. values["--debian"].SelectMany(DebianPackages.Of)]));
            return 0;
        case ["licences", _, ..]:
            Console.Out.WriteLine(LicenceTable.Write(args[1..].SelectMany(NuGetPackages.Of)));
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (Exception e) when (e is IOException or InvalidOperationException or System.Text.Json.JsonException)
{
    Console.Error.WriteLine($"DaprHep.Sbom: {e.Message}");
    return 3;
}
