using System.Diagnostics;
using System.Globalization;

namespace DaprHep.EndToEnd.Tests;

/// <summary>What <c>up --sidecar daprd</c> starts, seen by programs that take the places of Dapr's and note their arguments.</summary>
public sealed class DaprdStackTests : IDisposable
{
    private const string Stand = "#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$NOTES/$(basename \"$0\")-$$.partial\"\n"
        + "mv \"$NOTES/$(basename \"$0\")-$$.partial\" \"$NOTES/$(basename \"$0\")-$$\"\nexec sleep 600\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-daprd-").FullName;

    private string Notes => Directory.CreateDirectory(Path.Combine(_folder, "notes")).FullName;

    private string Data => Path.Combine(_folder, "data");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Placement_scheduler_and_one_daprd_a_replica_are_started_with_ports_of_their_own_and_stopped()
    {
        string programs = Directory.CreateDirectory(Path.Combine(_folder, "bin")).FullName;
        foreach (string program in (string[])["daprd", "placement", "scheduler"])
        {
            string file = Path.Combine(programs, program);
            File.WriteAllText(file, Stand);
            using Process mark = Process.Start("chmod", ["+x", file]);
            await mark.WaitForExitAsync();
        }
        string placement = LoopbackPort.Free().ToString(CultureInfo.InvariantCulture), scheduler = LoopbackPort.Free().ToString(CultureInfo.InvariantCulture);
        var environment = new Dictionary<string, string>
        {
            ["DAPRHEP_PLACEMENT_PORT"] = placement,
            ["DAPRHEP_SCHEDULER_PORT"] = scheduler,
            ["PATH"] = $"{programs}:{Environment.GetEnvironmentVariable("PATH")}",
            ["NOTES"] = Notes,
        };
        int[] started = [];
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
            environment,
            async up =>
            {
                using var limit = new CancellationTokenSource(Patience.Limit);
                while (NotesOf("daprd").Count < 6 || NotesOf("scheduler").Count < 1 || NotesOf("placement").Count < 1)
                    await Task.Delay(100, limit.Token);
                started = [.. NotesOf("daprd").Keys, .. NotesOf("scheduler").Keys];
                using Process kill = Process.Start("kill", ["-INT", up.Id.ToString(CultureInfo.InvariantCulture)]);
                await kill.WaitForExitAsync();
            },
            "up", "--sidecar", "daprd", "--replicas", "ingest=2", "--port", "0", "--data", Data);
        result.ExitCode.ShouldBe(0, result.Output + result.Error);
        foreach (int process in started)
            Should.Throw<ArgumentException>(() => Process.GetProcessById(process));

        List<Dictionary<string, string>> daprds = [.. NotesOf("daprd").Values];
        daprds.Select(flags => flags["--app-id"]).Order().ShouldBe(["features", "ingest", "ingest", "pipeline", "serving", "trainer", "tuning"]);
        string[] ports = ["--app-port", "--dapr-http-port", "--dapr-grpc-port", "--dapr-internal-grpc-port", "--metrics-port"];
        int[] all = [.. daprds.SelectMany(flags => ports.Select(port => int.Parse(flags[port], CultureInfo.InvariantCulture)))];
        all.Distinct().Count().ShouldBe(all.Length);
        foreach (Dictionary<string, string> flags in daprds)
        {
            flags["--mode"].ShouldBe("standalone");
            flags["--dapr-internal-grpc-listen-address"].ShouldBe("127.0.0.1");
            flags["--dapr-listen-addresses"].ShouldBe("127.0.0.1");
            flags["--placement-host-address"].ShouldBe($"127.0.0.1:{placement}");
            flags["--scheduler-host-address"].ShouldBe($"127.0.0.1:{scheduler}");
            File.ReadAllText(Path.Combine(flags["--resources-path"], "statestore.yaml")).ShouldContain("actorStateStore");
            File.ReadAllText(flags["--config"]).ShouldContain("component: sqlite");
        }
        Dictionary<string, string> schedules = NotesOf("scheduler").Values.Single(), places = NotesOf("placement").Values.Single();
        schedules["--etcd-data-dir"].ShouldStartWith(Data);
        (places["--port"], schedules["--port"]).ShouldBe((placement, scheduler));
        schedules["--healthz-port"].ShouldNotBe(places["--healthz-port"]);
    }

    [Fact]
    public async Task Without_daprd_one_line_says_how_to_get_it()
    {
        string dotnet = Path.GetDirectoryName(Environment.ProcessPath)!;
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = string.Join(':', (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
                .Where(folder => !File.Exists(Path.Combine(folder, "daprd"))).Append(dotnet)),
            ["HOME"] = _folder,
        };
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(environment, "up", "--sidecar", "daprd", "--port", "0", "--data", Data);
        result.ExitCode.ShouldBe(4);
        result.Error.TrimEnd().ShouldNotContain('\n');
        result.Error.ShouldContain("daprd is neither on PATH nor in ~/.dapr/bin");
        result.Error.ShouldContain("dapr init --slim");
    }

    // The arguments of a program's processes, by process.
    private Dictionary<int, Dictionary<string, string>> NotesOf(string program) => Directory.EnumerateFiles(Notes, $"{program}-*")
        .Where(file => !file.EndsWith(".partial", StringComparison.Ordinal))
        .ToDictionary(
            file => int.Parse(Path.GetFileName(file)[(program.Length + 1)..], CultureInfo.InvariantCulture),
            file => File.ReadAllLines(file).Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]));
}
