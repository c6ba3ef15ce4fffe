using Amazon.S3;
using DaprHep.Data.Objects;

namespace DaprHep.EndToEnd.Tests;

/// <summary>A run whose store is behind a network in trouble.</summary>
public sealed class S3ChaosTests(SampleRun onFiles, Swift server) : IClassFixture<SampleRun>, IClassFixture<Swift>
{
    [Fact]
    public async Task A_run_through_a_network_in_trouble_ends_well_with_the_same_digests()
    {
        await using ChaosProxy chaos = await ChaosProxy.StartAsync(server.Endpoint, seed: 4);
        string folder = Directory.CreateTempSubdirectory("daprhep-chaos-").FullName, output = Path.Combine(folder, "out");
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
            server.EnvironmentFor(chaos.Endpoint), "run", Repository.Samples, "--out", output, "--store", $"s3://{S3Server.Bucket}/chaos");
        result.ExitCode.ShouldBe(0, result.Error);
        File.ReadAllBytes(Path.Combine(output, "model", "model.safetensors"))
            .ShouldBe(File.ReadAllBytes(Path.Combine(onFiles.Out, "model", "model.safetensors")));
        Directory.Delete(folder, recursive: true);

        using AmazonS3Client client = server.Client();
        Dictionary<string, string> digests = await StoreContents.DigestsAsync(new S3ObjectStore(client, S3Server.Bucket, "chaos"));
        digests.ShouldNotBeEmpty();
        digests.ShouldBe(await StoreContents.DigestsAsync(ObjectStore.Open(Path.Combine(onFiles.Out, "store"))), ignoreOrder: true);
        (chaos.Done[Fault.Refused] + chaos.Done[Fault.AnswerLost]).ShouldBeGreaterThan(10);
        chaos.Done[Fault.Silence].ShouldBe(1);
        foreach (Fault fault in Enum.GetValues<Fault>())
            chaos.Done.GetValueOrDefault(fault).ShouldBeGreaterThan(0, $"{fault} did not happen");
    }
}
