using System.Text.Json.Nodes;
using Amazon.S3;
using DaprHep.Data.Objects;

namespace DaprHep.EndToEnd.Tests;

/// <summary>Whole runs whose data between the steps are in a bucket: the model is the one of a run on files, byte for byte.</summary>
public sealed class S3RunTests(SampleRun onFiles, S3rver s3rver, Swift swift)
    : IClassFixture<SampleRun>, IClassFixture<S3rver>, IClassFixture<Swift>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-s3run-").FullName;

    private byte[] ModelOnFiles => File.ReadAllBytes(Path.Combine(onFiles.Out, "model", "model.safetensors"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(nameof(S3rver))]
    [InlineData(nameof(Swift))]
    public async Task A_run_in_one_process_gives_the_same_model_and_a_second_one_writes_no_data(string kind)
    {
        S3Server server = kind == nameof(Swift) ? swift : s3rver;
        string url = $"s3://{S3Server.Bucket}/embedded/{Path.GetFileName(_folder)}";
        (await RunAsync(server, url, "first")).ShouldBe(ModelOnFiles);
        using AmazonS3Client client = server.Client();
        List<ObjectEntry> before = await ObjectsAsync(client, url);
        before.ShouldContain(entry => entry.Key.EndsWith("/manifest.json", StringComparison.Ordinal));

        (await RunAsync(server, url, "second")).ShouldBe(ModelOnFiles);
        (await ObjectsAsync(client, url)).ShouldBe(before);
    }

    [Fact]
    public async Task The_stack_runs_on_a_bucket_and_starts_one_of_its_own()
    {
        await using Stack stack = await Stack.StartAsync("--store", "s3");
        JsonObject request = stack.SampleRequest("unused");
        request.Remove("store");
        string run = await stack.StartRunAsync(request);
        JsonNode state = await stack.WaitAsync(run, _ => false);
        Stack.StatusOf(state).ShouldBe("completed", $"{state.ToJsonString()}\n{stack.Log}");

        string endpoint = stack.Log.Split("AWS_ENDPOINT_URL=")[1].Split(' ')[0];
        string[] credentials = await File.ReadAllLinesAsync(Path.Combine(stack.Data, "s3", "credentials"));
        string secret = credentials[2].Split(" = ")[1];
        using var client = new AmazonS3Client(credentials[1].Split(" = ")[1], secret, S3Connection.Configure(endpoint));
        var store = new S3ObjectStore(client, "daprhep", "store");
        using ObjectContent model = await store.ReadAsync(state["result"]!["model"]!.GetValue<string>() + "/model.safetensors");
        model.Memory.ToArray().ShouldBe(ModelOnFiles);
        stack.Log.ShouldNotContain(secret);
        Directory.Exists(Path.Combine(stack.Data, "store")).ShouldBeFalse();
    }

    [Fact]
    public async Task The_stack_runs_on_a_bucket_of_another_server()
    {
        string url = $"s3://{S3Server.Bucket}/up/{Path.GetFileName(_folder)}";
        await using Stack stack = await Stack.StartAsync(s3rver.Environment, "--store", url);
        JsonObject request = stack.SampleRequest("unused");
        request.Remove("store");
        JsonNode state = await stack.WaitAsync(await stack.StartRunAsync(request), _ => false);
        Stack.StatusOf(state).ShouldBe("completed", $"{state.ToJsonString()}\n{stack.Log}");
        using AmazonS3Client client = s3rver.Client();
        var store = new S3ObjectStore(client, S3Server.Bucket, url[$"s3://{S3Server.Bucket}/".Length..]);
        using ObjectContent model = await store.ReadAsync(state["result"]!["model"]!.GetValue<string>() + "/model.safetensors");
        model.Memory.ToArray().ShouldBe(ModelOnFiles);
    }

    [Theory]
    [InlineData("s3://nowhere/store", "no such bucket")]
    [InlineData("s3://", "s3://BUCKET")]
    public async Task A_store_that_can_not_be_is_one_line(string url, string problem)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
            swift.Environment, "run", Repository.Samples, "--out", Path.Combine(_folder, "out"), "--store", url);
        result.ExitCode.ShouldBe(3, result.Error);
        result.Error.ShouldContain(problem);
        result.Error.ShouldNotContain(swift.Secret);
        Directory.Exists(Path.Combine(_folder, "out")).ShouldBeFalse();
    }

    // A run writes its own documents, and its plan anew, because files of the same content may be elsewhere now.
    private static async Task<List<ObjectEntry>> ObjectsAsync(AmazonS3Client client, string url)
    {
        var store = new S3ObjectStore(client, S3Server.Bucket, url[$"s3://{S3Server.Bucket}/".Length..]);
        return await store.ListAsync("").Where(entry => entry.Key.Split('/')[0] is not ("runs" or "plans")).ToListAsync();
    }

    private async Task<byte[]> RunAsync(S3Server server, string url, string name)
    {
        string output = Path.Combine(_folder, name);
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
            server.Environment, "run", Repository.Samples, "--out", output, "--store", url);
        result.ExitCode.ShouldBe(0, result.Error);
        Directory.Exists(Path.Combine(output, "store")).ShouldBeFalse();
        return await File.ReadAllBytesAsync(Path.Combine(output, "model", "model.safetensors"));
    }
}
