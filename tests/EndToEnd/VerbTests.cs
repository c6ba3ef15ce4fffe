namespace DaprHep.EndToEnd.Tests;

/// <summary>What all verbs have in common, as their help says it.</summary>
public sealed class VerbTests
{
    [Fact]
    public async Task Every_verb_has_json_and_says_what_it_is_for()
    {
        var verbs = new List<string>();
        await LookAsync([]);
        verbs.ShouldContain("run");
        verbs.ShouldContain("root dump");
        verbs.Count.ShouldBeGreaterThan(20);

        async Task LookAsync(string[] verb)
        {
            DaprHepCommand.Result help = await DaprHepCommand.RunAsync([.. verb, "--help"]);
            help.ExitCode.ShouldBe(0, help.Error);
            string[] nested = NestedIn(help.Output);
            if (nested.Length == 0)
            {
                verbs.Add(string.Join(' ', verb));
                help.Output.ShouldContain("--json", customMessage: string.Join(' ', verb));
            }
            foreach (string name in nested)
                await LookAsync([.. verb, name]);
        }
    }

    [Fact]
    public async Task Dump_takes_json_for_its_format_and_no_other_beside_it()
    {
        string sample = Path.Combine(Repository.Samples, "ttbar", "ttbar_a.root");
        string[] dump = ["root", "dump", sample, "Delphes", "--branches", "Jet.PT", "--entries", ":3"];
        string plain = (await DaprHepCommand.RunAsync(dump)).Output;
        (await DaprHepCommand.RunAsync([.. dump, "--json"])).Output.ShouldBe(plain);
        DaprHepCommand.Result both = await DaprHepCommand.RunAsync([.. dump, "--json", "--format", "csv"]);
        (both.ExitCode, both.Error).ShouldBe((2, "daprhep: --json: --format csv says otherwise; give one of them\n"));
    }

    // Names under "Commands:", the first word of each line.
    private static string[] NestedIn(string help) =>
    [
        .. help.Split('\n').SkipWhile(line => line.Trim() != "Commands:").Skip(1).TakeWhile(line => line.Trim().Length > 0)
            .Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line[2] != ' ')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]),
    ];
}
