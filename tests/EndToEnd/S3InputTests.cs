using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary>ROOT files read straight from a bucket.</summary>
public sealed class S3InputTests(S3rver server) : IClassFixture<S3rver>
{
    [Fact]
    public async Task A_file_in_a_bucket_has_the_digests_it_has_on_disk()
    {
        string local = Path.Combine(Repository.Samples, "wjets", "wjets_a.root");
        await server.PutAsync("samples/wjets_a.root", local);
        DaprHepCommand.Result remote = await DaprHepCommand.RunAsync(server.Environment, "root", "checksum", $"s3://{S3Server.Bucket}/samples/wjets_a.root");
        DaprHepCommand.Result onDisk = await DaprHepCommand.RunAsync("root", "checksum", local);
        remote.ExitCode.ShouldBe(0, remote.Error);
        remote.Output.ShouldBe(onDisk.Output);
    }

    [Fact]
    public async Task A_run_takes_its_samples_from_a_bucket()
    {
        string output = Path.Combine(Directory.CreateTempSubdirectory("daprhep-s3run-").FullName, "out");
        var arguments = new List<string> { "run", "--out", output, "--epochs", "2", "--json", "--hash-inputs" };
        foreach (string name in (string[])["qcd", "ttbar", "wjets"])
        {
            await server.PutAsync($"{name}.root", Path.Combine(Repository.Samples, name, $"{name}_b.root"));
            arguments.AddRange(["--sample", $"{name}=s3://{S3Server.Bucket}/{name}.root"]);
        }
        DaprHepCommand.Result run = await DaprHepCommand.RunAsync(server.Environment, [.. arguments]);
        run.ExitCode.ShouldBe(0, run.Error);
        JsonNode input = JsonNode.Parse(run.Output)!["run"]!["inputs"]![0]!;
        input["url"]!.GetValue<string>().ShouldBe($"s3://{S3Server.Bucket}/qcd.root");
        string sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(Repository.Samples, "qcd", "qcd_b.root"))));
        input["sha256"]!.GetValue<string>().ShouldBe(sha256);
        Directory.Delete(Path.GetDirectoryName(output)!, recursive: true);
    }

    [Fact]
    public async Task Globs_folders_and_lists_of_a_bucket_are_understood()
    {
        string folder = Directory.CreateTempSubdirectory("daprhep-s3glob-").FullName, list = Path.Combine(folder, "ttbar.txt");
        foreach (string name in (string[])["qcd", "ttbar", "wjets"])
        {
            foreach (string half in (string[])["a", "b"])
                await server.PutAsync($"many/{name}/deep/{name}_{half}.root", Path.Combine(Repository.Samples, name, $"{name}_{half}.root"));
        }
        await File.WriteAllTextAsync(list, "# tops\nttbar_b.root\nttbar_a.root\n");
        await server.PutAsync("many/ttbar/deep/list.txt", list);
        DaprHepCommand.Result run = await DaprHepCommand.RunAsync(
            server.Environment, "run", "--out", Path.Combine(folder, "out"), "--epochs", "1", "--json",
            "--sample", $"qcd=s3://{S3Server.Bucket}/many/**/qcd_?.root",
            "--sample", $"ttbar=@s3://{S3Server.Bucket}/many/ttbar/deep/list.txt",
            "--sample", $"wjets=s3://{S3Server.Bucket}/many/wjets/deep/");
        run.ExitCode.ShouldBe(0, run.Error);
        JsonNode.Parse(run.Output)!["run"]!["inputs"]!.AsArray().Select(input => Path.GetFileName(input!["url"]!.GetValue<string>())).ShouldBe(
            ["qcd_a.root", "qcd_b.root", "ttbar_b.root", "ttbar_a.root", "wjets_a.root", "wjets_b.root"]);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("s3://events/many/*.parquet", "no file matches")]
    [InlineData("s3://nowhere/*.root", "no such bucket")]
    public async Task What_matches_nothing_is_named(string pattern, string problem)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
            server.Environment, "ingest", pattern, "--label", "0", "--out", Path.Combine(Path.GetTempPath(), "never.arrow"));
        result.ExitCode.ShouldBe(3, result.Error);
        result.Error.ShouldContain(pattern[..pattern.IndexOf('*', StringComparison.Ordinal)]);
        result.Error.ShouldContain(problem);
    }

    [Theory]
    [InlineData("s3://events/nothing.root", "no such object")]
    [InlineData("s3://nowhere/nothing.root", "no such bucket")]
    [InlineData("s3://events", "expected s3://BUCKET/KEY")]
    public async Task What_is_not_there_is_named(string url, string problem)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(server.Environment, "root", "ls", url);
        result.ExitCode.ShouldBe(3);
        result.Error.ShouldContain(url);
        result.Error.ShouldContain(problem);
        result.Error.ShouldNotContain("S3RVER");
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_said_to_be_out_of_reach()
    {
        var environment = new Dictionary<string, string>(server.Environment) { ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9" };
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(environment, "root", "ls", "s3://events/x.root");
        result.ExitCode.ShouldBe(3);
        result.Error.ShouldContain("s3://events/x.root");
        result.Error.ShouldContain("AWS_ENDPOINT_URL");
    }
}
