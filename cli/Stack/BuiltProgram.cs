namespace DaprHep.Cli.Stack;

/// <summary>Where programs are that are built beside this one: <c>artifacts/bin/PROJECT/CONFIGURATION/PROJECT.dll</c>.</summary>
internal static class BuiltProgram
{
    public static string PathOf(string project)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, project + ".dll");
    }
}
