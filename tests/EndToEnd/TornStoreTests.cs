using System.Diagnostics;
using Amazon.S3;
using DaprHep.Data.Objects;

namespace DaprHep.EndToEnd.Tests;

/// <summary>Whatever ends a process that writes, a store never shows a torn dataset, and the same command goes on to the same model.</summary>
public sealed class TornStoreTests(SampleRun onFiles, Swift swift) : IClassFixture<SampleRun>, IClassFixture<Swift>, IDisposable
{
    private const int Kills = 4;
    private const int Seed = 20261123;
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-torn-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_any_write_a_run_leaves_whole_datasets_only(bool bucket)
    {
        string url = bucket ? $"s3://{S3Server.Bucket}/torn" : new Uri(Path.Combine(_folder, "store")).AbsoluteUri;
        using AmazonS3Client client = swift.Client();
        ObjectStore store = bucket ? new S3ObjectStore(client, S3Server.Bucket, "torn") : ObjectStore.Open(url);
        var random = new Random(Seed);
        // A killed process leaves its temporary folder.
        var environment = new Dictionary<string, string>(swift.Environment) { ["TMPDIR"] = _folder };
        string[] arguments = ["run", Repository.Samples, "--out", Path.Combine(_folder, "out"), "--store", url];
        for (int kill = 0; kill < Kills; kill++)
        {
            // Each goes on where the last one ended, so the kills move through the steps.
            int seen = await store.ListAsync("").CountAsync();
            await DaprHepCommand.RunAsync(
                environment,
                async process =>
                {
                    while (!process.HasExited && await store.ListAsync("").CountAsync() <= seen)
                        await Task.Delay(10);
                    await Task.Delay(random.Next(0, 60));
                    process.Kill(entireProcessTree: true);
                },
                arguments);
            await StoreContents.DigestsAsync(store);
        }
        DaprHepCommand.Result last = await DaprHepCommand.RunAsync(environment, arguments);
        last.ExitCode.ShouldBe(0, last.Error);
        (await File.ReadAllBytesAsync(Path.Combine(_folder, "out", "model", "model.safetensors")))
            .ShouldBe(await File.ReadAllBytesAsync(Path.Combine(onFiles.Out, "model", "model.safetensors")));
        (await StoreContents.DigestsAsync(store)).ShouldBe(
            await StoreContents.DigestsAsync(ObjectStore.Open(Path.Combine(onFiles.Out, "store"))), ignoreOrder: true);
    }

    // Sizes at which the disk is full in different steps; the whole store has some 8 MB.
    [Theory]
    [InlineData(64)]
    [InlineData(1_500)]
    public async Task A_full_disk_is_one_line_and_leaves_whole_datasets_only(int kilobytes)
    {
        string small = Directory.CreateDirectory(Path.Combine(_folder, "small")).FullName, kept = Path.Combine(_folder, "kept");
        // A file system of its own, in a name space of its own, which goes with the process; what it held is copied out.
        string script = $"""
            mount -t tmpfs -o size={kilobytes}k tmpfs {small} || exit 99
            dotnet {DaprHepCommand.Program} run {Repository.Samples} --out {_folder}/out --store {small}/store
            code=$?
            cp -r {small}/store {kept}
            exit $code
            """;
        var start = new ProcessStartInfo("unshare", ["--map-root-user", "--mount", "bash", "-c", script]) { RedirectStandardError = true };
        using Process run = Process.Start(start)!;
        string error = await run.StandardError.ReadToEndAsync().WaitAsync(Patience.Limit);
        await run.WaitForExitAsync();
        run.ExitCode.ShouldBe(4, error);
        string line = error.TrimEnd().Split('\n')[^1];
        line.ShouldContain("can't be written");
        line.ShouldContain("the disk is full (No space left");
        line.ShouldContain("start the same again");
        ObjectStore store = ObjectStore.Open(kept);
        await StoreContents.DigestsAsync(store);
        Directory.EnumerateFiles(kept, "*.partial", SearchOption.AllDirectories).ShouldBeEmpty();
    }
}
