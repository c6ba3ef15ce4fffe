using System.Diagnostics;
using System.Globalization;
using System.Net.NetworkInformation;

namespace DaprHep.EndToEnd.Tests;

/// <summary>A run in one process: beside others, with ports nobody else can use, and without leaving anything.</summary>
public sealed class EmbeddedRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-embedded-").FullName;

    private string Temporary => Path.Combine(_folder, "tmp");

    public EmbeddedRunTests() => Directory.CreateDirectory(Temporary);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Runs_at_the_same_time_do_not_meet_and_leave_no_temporary_files()
    {
        DaprHepCommand.Result[] results = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => RunAsync($"out-{i}", "--epochs", "2")));
        results.ShouldAllBe(result => result.ExitCode == 0, string.Join('\n', results.Select(result => result.Error)));
        Directory.EnumerateDirectories(Temporary).ShouldBeEmpty();
        byte[][] models = [.. Enumerable.Range(0, 3).Select(i => File.ReadAllBytes(Path.Combine(_folder, $"out-{i}", "model", "model.safetensors")))];
        models.ShouldAllBe(model => model.SequenceEqual(models[0]));
    }

    [Fact]
    public async Task An_environment_meant_for_services_does_not_matter()
    {
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:1",
            ["DAPR_HTTP_PORT"] = "no port",
            ["DAPR_GRPC_ENDPOINT"] = "http://127.0.0.1:1",
            ["DAPR_API_TOKEN"] = "another",
            ["DAPRHEP_API_TOKEN"] = "another",
        };
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
            environment, "run", Repository.Samples, "--out", Path.Combine(_folder, "out"), "--epochs", "1");
        result.ExitCode.ShouldBe(0, result.Error);
    }

    [Fact]
    public async Task It_listens_on_the_loopback_interface_only()
    {
        DaprHepCommand.Result result = await RunAsync(
            async process =>
            {
                int[] ports = [];
                while (!process.HasExited && ports.Length < 10)
                {
                    ports = await PortsOfAsync(process.Id);
                    await Task.Delay(5);
                }
                ports.Length.ShouldBeGreaterThanOrEqualTo(10);
                IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(end => ports.Contains(end.Port))
                    .ShouldAllBe(end => System.Net.IPAddress.IsLoopback(end.Address));
            },
            "out", "--epochs", "3000");
        result.ExitCode.ShouldBe(130, result.Error);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    [InlineData(1500)]
    public async Task Interrupted_at_any_time_it_ends_soon_with_130_and_leaves_no_partial_object(int milliseconds)
    {
        TimeSpan asked = default;
        DaprHepCommand.Result result = await RunAsync(
            async process =>
            {
                while (!process.HasExited && !Directory.EnumerateDirectories(Temporary, "daprhep-*").Any())
                    await Task.Delay(5);
                await Task.Delay(milliseconds);
                asked = Patience.Undisturbed;
            },
            "out", "--epochs", "100000");
        result.ExitCode.ShouldBe(130, result.Error);
        (Patience.Undisturbed - asked).ShouldBeLessThan(TimeSpan.FromSeconds(20));
        Directory.EnumerateDirectories(Temporary).ShouldBeEmpty();
        Directory.EnumerateFiles(_folder, "*.partial", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    private Task<DaprHepCommand.Result> RunAsync(string output, params string[] arguments) => DaprHepCommand.RunAsync(
        new Dictionary<string, string> { ["TMPDIR"] = Temporary }, ["run", Repository.Samples, "--out", Path.Combine(_folder, output), .. arguments]);

    // Interrupts when meanwhile is done.
    private Task<DaprHepCommand.Result> RunAsync(Func<Process, Task> meanwhile, string output, params string[] arguments) => DaprHepCommand.RunAsync(
        new Dictionary<string, string> { ["TMPDIR"] = Temporary },
        async process =>
        {
            await meanwhile(process);
            using Process kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
        },
        ["run", Repository.Samples, "--out", Path.Combine(_folder, output), .. arguments]);

    // The ports a process listens on, from its open sockets in /proc.
    private static async Task<int[]> PortsOfAsync(int process)
    {
        string[] sockets = [.. Directory.EnumerateFiles($"/proc/{process}/fd").Select(LinkOf).OfType<string>().Where(l => l.StartsWith("socket:[", StringComparison.Ordinal))];
        HashSet<string> inodes = [.. sockets.Select(link => link["socket:[".Length..^1])];
        const string Listening = "0A";
        return [.. (await File.ReadAllLinesAsync($"/proc/{process}/net/tcp")).Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[3] == Listening && inodes.Contains(fields[9]))
            .Select(fields => int.Parse(fields[1].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
    }

    private static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
