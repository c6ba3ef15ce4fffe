using System.Text.Json.Nodes;
using DaprHep.Ingest;
using DaprHep.Root;

namespace DaprHep.EndToEnd.Tests;

/// <summary>ROOT files read straight from an XRootD server, and lists of files.</summary>
public sealed class XRootDInputTests(XRootDServer server) : IClassFixture<XRootDServer>
{
    [Fact]
    public async Task A_file_on_a_server_has_the_digests_it_has_on_disk()
    {
        DaprHepCommand.Result remote = await DaprHepCommand.RunAsync("root", "checksum", server.UrlOf("ttbar/ttbar_a.root"));
        DaprHepCommand.Result onDisk = await DaprHepCommand.RunAsync("root", "checksum", Path.Combine(Repository.Samples, "ttbar", "ttbar_a.root"));
        remote.ExitCode.ShouldBe(0, remote.Error);
        remote.Output.ShouldBe(onDisk.Output);
    }

    [Fact]
    public async Task A_run_takes_its_samples_from_a_server_by_lists_of_files()
    {
        string folder = Directory.CreateTempSubdirectory("daprhep-lists-").FullName, output = Path.Combine(folder, "out");
        var arguments = new List<string> { "run", "--out", output, "--epochs", "1", "--json" };
        foreach (string name in (string[])["qcd", "ttbar", "wjets"])
        {
            string list = Path.Combine(folder, $"{name}.txt");
            string local = Path.Combine(Repository.Samples, name, $"{name}_b.root");
            await File.WriteAllLinesAsync(
                list, ["# two files", server.UrlOf($"{name}/{name}_a.root"), "", local], TestContext.Current.CancellationToken);
            arguments.AddRange(["--sample", $"{name}=@{list}"]);
        }
        DaprHepCommand.Result run = await DaprHepCommand.RunAsync([.. arguments]);
        run.ExitCode.ShouldBe(0, run.Error);
        JsonArray inputs = JsonNode.Parse(run.Output)!["run"]!["inputs"]!.AsArray();
        inputs.Count.ShouldBe(6);
        inputs[0]!["url"]!.GetValue<string>().ShouldBe(server.UrlOf("qcd/qcd_a.root"));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Globs_and_folders_on_a_server_name_its_files()
    {
        XRootDByteSource.Register();
        RootPaths.Expand([server.UrlOf("qcd/qcd_*.root")]).ShouldBe([server.UrlOf("qcd/qcd_a.root"), server.UrlOf("qcd/qcd_b.root")]);
        RootPaths.Expand([server.UrlOf("qcd/")]).ShouldBe([server.UrlOf("qcd/qcd_a.root"), server.UrlOf("qcd/qcd_b.root")]);
        RootPaths.Expand([server.UrlOf("*/*_a.root")])
            .ShouldBe([server.UrlOf("qcd/qcd_a.root"), server.UrlOf("ttbar/ttbar_a.root"), server.UrlOf("wjets/wjets_a.root")]);
        RootPaths.Expand([server.UrlOf("**/wjets_b.root")]).ShouldBe([server.UrlOf("wjets/wjets_b.root")]);
        string query = server.UrlOf("qcd/qcd_a.root?authz=token");
        RootPaths.Expand([query]).ShouldBe([query]);
        Should.Throw<RootIOException>(() => RootPaths.Expand([server.UrlOf("nowhere/*.root")])).Message.ShouldContain("can't be listed: No such file");
        Should.Throw<RootIOException>(() => RootPaths.Expand([server.UrlOf("qcd/none*.root")])).Message.ShouldContain("no file matches");
    }

    [Fact]
    public void Links_that_go_round_on_a_server_end_the_search()
    {
        XRootDByteSource.Register();
        string round = Directory.CreateDirectory(Path.Combine(server.Data, "round")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(round, "again"), round);
        Directory.CreateSymbolicLink(Path.Combine(round, "and-again"), round);
        try
        {
            Should.Throw<RootIOException>(() => RootPaths.Expand([server.UrlOf("round/**/*.root")])).Message.ShouldContain("round/again");
        }
        finally
        {
            Directory.Delete(round, recursive: true);
        }
    }

    [Fact]
    public async Task What_is_not_there_is_named()
    {
        string url = server.UrlOf("nothing.root");
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("root", "ls", url);
        result.ExitCode.ShouldBe(3);
        result.Error.ShouldContain(url);
        result.Error.ShouldContain("can't be opened: No such file");
    }
}
