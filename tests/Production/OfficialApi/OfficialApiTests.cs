using System.Reflection;
using System.Runtime.Loader;

namespace DaprHep.Production.Tests.OfficialApi;

/// <summary>
/// The stand-ins have the signatures of the official packages, and no others but those listed. For each there is a list, <c>NAME.txt</c>: a
/// line a member; those that begin with <c>+ </c> the official package lacks. With <c>DAPRHEP_OFFICIAL_API</c> set to a folder of the
/// official assemblies and all that they need, the lists are compared with those, and written anew.
/// </summary>
public sealed class OfficialApiTests
{
    private const string Variable = "DAPRHEP_OFFICIAL_API";
    private const string Beyond = "+ ";
    private static readonly string Lists = Path.Combine(Repository.Root, "tests", "Production", "OfficialApi");

    [Theory]
    [InlineData("Apache.Arrow", "Apache.Arrow")]
    [InlineData("Dapr.Client", "Dapr.")]
    [InlineData("Dapr.Workflow", "Dapr.Workflow")]
    [InlineData("TorchSharp", "TorchSharp.")]
    public void The_surface_of_a_stand_in_is_that_which_is_listed_of_the_official_package(string package, string namespaces)
    {
        SortedSet<string> ours = PublicSurface.Of(Assembly.Load(package), [namespaces]);
        string list = Path.Combine(Lists, package + ".txt");
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder)
        {
            SortedSet<string> official = OfficialSurface(folder, package, namespaces);
            File.WriteAllLines(list, ours.Select(line => official.Contains(line) ? line : Beyond + line));
        }
        string[] listed = File.ReadAllLines(list);
        ours.ShouldBe(
            listed.Select(line => line.StartsWith(Beyond, StringComparison.Ordinal) ? line[Beyond.Length..] : line), ignoreOrder: true);
        listed.Count(line => !line.StartsWith(Beyond, StringComparison.Ordinal)).ShouldBeGreaterThan(listed.Length / 2);
    }

    // Packages may have their types in several assemblies.
    private static SortedSet<string> OfficialSurface(string folder, string package, string namespaces)
    {
        var context = new AssemblyLoadContext(package);
        context.Resolving += (_, name) =>
            Path.Combine(folder, name.Name + ".dll") is var file && File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
        var all = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(folder, package.Split('.')[0] + "*.dll"))
            all.UnionWith(PublicSurface.Of(context.LoadFromAssemblyPath(file), [namespaces]));
        return all;
    }
}
