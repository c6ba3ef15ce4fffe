namespace DaprHep.Production.Tests.Docs;

/// <summary>The commands of <c>docs/operations.md</c> do, one after another, what the text says: from a tree to a served model.</summary>
public sealed class DocumentedCommandsTests
{
    private const string Heading = "## From a clone to a served model";

    [Fact]
    public async Task They_lead_from_a_tree_to_a_served_model()
    {
        string guide = Path.Combine(Repository.Root, "docs", "operations.md");
        string[] lines = await File.ReadAllLinesAsync(guide, TestContext.Current.CancellationToken);
        string[] commands =
        [
            .. lines.SkipWhile(line => line != Heading).Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
                .Where(line => line.StartsWith("    ", StringComparison.Ordinal)),
        ];
        commands.Length.ShouldBeGreaterThan(5);

        // What fails ends it, and whatever happens the stack is stopped.
        const string End = "trap './daprhep down --data \"$data\" >&2; rm -rf \"$data\"' EXIT";
        string script = string.Join('\n', ["set -euo pipefail", End, .. commands]);
        Command.Result result = await Command.RunAsync(new Dictionary<string, string>(), "bash", "-c", script);
        result.ExitCode.ShouldBe(0, result.Output + result.Error);
        result.Output.ShouldContain("completed");
        result.Output.ShouldContain("\"name\":\"topology\"");
        result.Output.ShouldContain("\"probabilities\"");
    }
}
