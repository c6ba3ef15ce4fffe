using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DaprHep.EndToEnd.Tests;

/// <summary><c>doctor</c> finds what is wrong, each with its fix, and ends with 3; with 0 when all is well.</summary>
public sealed partial class DoctorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-doctor-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_machine_that_has_all_is_well()
    {
        (int code, JsonNode report) = await DoctorAsync([], "--file", StackFile());
        code.ShouldBe(0, report.ToJsonString());
        report["ok"]!.GetValue<bool>().ShouldBeTrue();
        string[] checks = [.. report["checks"]!.AsArray().Select(check => check!["check"]!.GetValue<string>())];
        checks.ShouldBeSubsetOf(
            [".NET", "libdeflate.so.0", "liblz4.so.1", "libzstd.so.1", "liblzma.so.5", "libxgboost.so.0", "libdaprhep_torch.so", "disk", "daprd",
                "stack file", "stack", "components", "object store"]);
    }

    [Fact]
    public async Task A_taken_port_is_found()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await ShouldFindAsync($"port {port}", ["something listens at the port of ingest"], "--port", "--file", StackFile($"bindings: [{{port: {port}}}]"));
    }

    [Fact]
    public Task A_store_that_cannot_be_written_is_found() =>
        ShouldFindAsync("object store", ["/proc/nowhere"], "--store", "--file", StackFile(), "--store", "/proc/nowhere");

    [Fact]
    public Task A_gateway_that_does_not_answer_is_found() =>
        ShouldFindAsync("gateway", ["http://127.0.0.1:1"], "./daprhep up", "--file", StackFile(), "--gateway", "http://127.0.0.1:1");

    [Fact]
    public async Task A_wrong_stack_file_is_found()
    {
        string file = Path.Combine(_folder, "tye.yaml");
        File.WriteAllText(file, "services:\n  - nome: a");
        await ShouldFindAsync("stack file", ["line 2", "nome"], "--file", "--file", file);
    }

    [Fact]
    public async Task Components_without_an_actor_state_store_are_found()
    {
        string components = Directory.CreateDirectory(Path.Combine(_folder, "components")).FullName;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "components")))
            File.WriteAllText(Path.Combine(components, Path.GetFileName(file)), File.ReadAllText(file).Replace("actorStateStore", "other"));
        await ShouldFindAsync("components", ["no actorStateStore"], "actorStateStore", "--file", StackFile());
    }

    [Fact]
    public async Task A_native_library_that_does_not_load_is_found_with_its_package()
    {
        File.WriteAllText(Path.Combine(_folder, "libzstd.so.1"), "no library");
        var environment = new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = _folder };
        (int code, JsonNode report) = await DoctorAsync(environment, "--file", StackFile());
        code.ShouldBe(3);
        // Other libraries may need the same one.
        FailedOf(report).Single(check => check["check"]!.GetValue<string>() == "libzstd.so.1")["fix"]!.GetValue<string>().ShouldContain("libzstd1");
    }

    [Fact]
    public async Task Wrong_tokens_of_gateway_and_sidecar_are_found_and_right_ones_are_well()
    {
        var right = new Dictionary<string, string> { ["DAPRHEP_API_TOKEN"] = "gate", ["DAPR_API_TOKEN"] = "dapr" };
        await using Stack stack = await Stack.StartAsync(right);
        string sidecar = SidecarPort().Match(stack.Log).Groups[1].Value;
        right["DAPR_HTTP_PORT"] = sidecar;
        (int code, JsonNode well) = await DoctorAsync(right, "--data", stack.Data);
        code.ShouldBe(0, well.ToJsonString());
        well["checks"]!.AsArray().Select(check => check!["check"]!.GetValue<string>()).ShouldContain("sidecar");

        var wrong = new Dictionary<string, string> { ["DAPRHEP_API_TOKEN"] = "other", ["DAPR_API_TOKEN"] = "other", ["DAPR_HTTP_PORT"] = sidecar };
        (code, JsonNode report) = await DoctorAsync(wrong, "--data", stack.Data);
        code.ShouldBe(3);
        FailedOf(report).Select(check => (check["check"]!.GetValue<string>(), check["fix"]!.GetValue<string>())).ShouldBe(
            [("gateway", "set DAPRHEP_API_TOKEN to the gateway's"), ("sidecar", "set DAPR_API_TOKEN to the sidecar's")]);
        report.ToJsonString().ShouldNotContain("other");
    }

    [GeneratedRegex("Sidecar of pipeline listens on HTTP ([0-9]+)")]
    private static partial Regex SidecarPort();

    private static List<JsonNode> FailedOf(JsonNode report) =>
        [.. report["checks"]!.AsArray().Where(check => check!["status"]!.GetValue<string>() == "failed").Select(check => check!)];

    // A stack of one service, with the components beside it where there are some, else the repository's.
    private string StackFile(string more = "replicas: 1")
    {
        string file = Path.Combine(_folder, "tye.yaml");
        string components = Path.Combine(_folder, "components");
        File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $"""
            extensions:
              - name: dapr
                components-path: {(Directory.Exists(components) ? components : Path.Combine(Repository.Root, "components"))}
            services:
              - name: ingest
                project: {Repository.Root}/services/Ingest/DaprHep.Ingest.csproj
                {more}
            """));
        return file;
    }

    private async Task ShouldFindAsync(string check, string[] found, string fix, params string[] arguments)
    {
        (int code, JsonNode report) = await DoctorAsync([], arguments);
        code.ShouldBe(3, report.ToJsonString());
        report["ok"]!.GetValue<bool>().ShouldBeFalse();
        JsonNode failed = FailedOf(report).Single();
        failed["check"]!.GetValue<string>().ShouldBe(check);
        foreach (string text in found)
            failed["found"]!.GetValue<string>().ShouldContain(text);
        failed["fix"]!.GetValue<string>().ShouldContain(fix);
    }

    private async Task<(int Code, JsonNode Report)> DoctorAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        string[] data = arguments.Contains("--data") ? [] : ["--data", Path.Combine(_folder, "data")];
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(environment, ["doctor", "--json", .. data, .. arguments]);
        if (result.ExitCode == 3)
            result.Error.ShouldMatch("^daprhep: [0-9]+ of [0-9]+ checks failed");
        return (result.ExitCode, JsonNode.Parse(result.Output)!);
    }
}
