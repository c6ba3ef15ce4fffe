namespace DaprHep.EndToEnd.Tests;

/// <summary>What is wrong with a stack's file, or with the arguments of <c>up</c>, is said in one line before anything is started.</summary>
public sealed class StackFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-tye-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("name: x", "services: expected a list")]
    [InlineData("services:\n  - nome: a", "line 2", "nome")]
    [InlineData("services:\n  - name: a b\n    project: x", "services[0].name", "'a b'")]
    [InlineData("services:\n  - name: a", "services[0].project")]
    [InlineData("services:\n  - name: a\n    project: nowhere.csproj", "nowhere.csproj: no such file")]
    [InlineData("services:\n  - name: a\n    project: here.csproj\n    replicas: 0", "services[0].replicas", "found 0")]
    [InlineData("services:\n  - name: a\n    project: here.csproj\n    bindings:\n      - port: 70000", "bindings[0].port", "found 70000")]
    [InlineData("services:\n  - name: a\n    project: here.csproj", "here.dll: no such file")]
    [InlineData("services: [", "line 2")]
    public async Task A_wrong_file_is_named_with_the_field(string content, params string[] said)
    {
        string file = Path.Combine(_folder, "tye.yaml");
        File.WriteAllText(file, content);
        File.WriteAllText(Path.Combine(_folder, "here.csproj"), "<Project/>");
        await ShouldFailAsync(3, ["--file", file], [file, .. said]);
    }

    [Fact]
    public Task A_missing_file_is_named() => ShouldFailAsync(3, ["--file", Path.Combine(_folder, "no.yaml")], ["no.yaml", "--file"]);

    [Theory]
    [InlineData("ingest", "expected SERVICE=N")]
    [InlineData("ingest=0", "expected SERVICE=N")]
    [InlineData("nobody=2", "ingest, features, tuning, trainer, serving, pipeline")]
    public Task Wrong_replicas_are_a_usage_error(string argument, string said) => ShouldFailAsync(2, ["--replicas", argument], [said]);

    private static async Task ShouldFailAsync(int code, string[] arguments, string[] said)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(["up", .. arguments]);
        result.ExitCode.ShouldBe(code, result.Error);
        result.Error.TrimEnd().ShouldNotContain('\n');
        foreach (string text in said)
            result.Error.ShouldContain(text);
    }
}
