using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Distributed;

namespace DaprHep.Kubernetes.Tests;

/// <summary>Code, <c>tye.yaml</c>, <c>dapr.yaml</c>, <c>components/</c>, images and manifests speak of the same things.</summary>
public sealed partial class AgreementTests
{
    /// <summary>What others than our code read: the AWS client, OpenTelemetry, and the collectives of a rank.</summary>
    private static readonly string[] OthersVariables =
        ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "GLOG_minloglevel", "TORCH_CPP_LOG_LEVEL", "OTEL_EXPORTER_OTLP_ENDPOINT"];

    private static readonly JsonSerializerOptions Strict =
        new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    private static readonly string[] AppIds = [.. Apps.All, Apps.Pipeline];

    public static TheoryData<string> Overlays => [.. Manifests.Overlays];

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Apps_ports_images_topics_metrics_secrets_and_variables_agree(string overlay)
    {
        IReadOnlyList<JsonObject> objects = Manifests.Of(overlay);
        JsonObject tye = Manifests.ReadYaml("tye.yaml").Single(), dapr = Manifests.ReadYaml("dapr.yaml").Single();
        tye["services"]!.AsArray().Select(service => (string)service!["name"]!).ShouldBe(AppIds, ignoreOrder: true);
        dapr["apps"]!.AsArray().Select(app => (string)app!["appID"]!).ShouldBe(AppIds, ignoreOrder: true);
        objects.OfKind("Deployment").Select(Manifests.NameOf).ShouldBe(AppIds, ignoreOrder: true);

        string code = Code();
        foreach (string app in AppIds)
        {
            int port = (int)dapr["apps"]!.AsArray().Single(one => (string?)one!["appID"] == app)!["appPort"]!;
            JsonNode service = tye["services"]!.AsArray().Single(one => (string?)one!["name"] == app)!;
            if (service["bindings"]?[0]?["port"] is { } binding)
                ((int)binding).ShouldBe(port);
            string folder = Path.GetFileName(Path.GetDirectoryName((string)service["project"]!)!);
            string project = Path.GetFileNameWithoutExtension((string)service["project"]!);

            JsonNode template = objects.Named("Deployment", app)["spec"]!["template"]!, container = template["spec"]!["containers"]![0]!;
            JsonNode annotations = template["metadata"]!["annotations"]!;
            ((string?)annotations["dapr.io/app-id"]).ShouldBe(app);
            ((string?)annotations["dapr.io/app-port"]).ShouldBe($"{port}");
            ((string?)annotations["prometheus.io/port"]).ShouldBe($"{port}");
            objects.OfKind("Configuration").Select(Manifests.NameOf).ShouldContain((string)annotations["dapr.io/config"]!);
            ((int)container["ports"]!.AsArray().ShouldHaveSingleItem()!["containerPort"]!).ShouldBe(port);
            string imageName = folder.ToLowerInvariant();
            ((string)container["image"]!).Split(':')[0].ShouldBeOneOf($"daprhep/{imageName}", $"daprhep/{imageName}-cuda");
            string image = File.ReadAllText(Path.Combine(Repository.Root, "infra", "docker", $"{imageName}.Containerfile"));
            image.ShouldContain($"EXPOSE {port}\n");
            image.ShouldContain($"ENTRYPOINT [\"/app/{project}\"]");

            foreach (string name in VariablesOf(container))
            {
                (OthersVariables.Contains(name) || code.Contains($"\"{name}\"", StringComparison.Ordinal))
                    .ShouldBeTrue($"{app} sets {name}, which nothing reads");
            }
            foreach (JsonNode? probe in (JsonNode?[])[container["livenessProbe"], container["readinessProbe"], container["startupProbe"]])
                code.ShouldContain($"\"{(string)probe!["httpGet"]!["path"]!}\"");
            code.ShouldContain($"\"{(string)annotations["prometheus.io/path"]!}\"");
        }

        string[] components = [.. objects.OfKind("Component").Select(Manifests.NameOf)];
        components.ShouldContain(ProgressMessage.PubSub);
        Directory.GetFiles(Path.Combine(Repository.Root, "components"), "*.yaml")
            .SelectMany(file => Manifests.ReadYaml(file)).OfKind("Component").Select(Manifests.NameOf)
            .ShouldBe(components, ignoreOrder: true);
        foreach (JsonObject component in objects.OfKind("Component"))
        {
            code.ShouldContain($"\"{Manifests.NameOf(component)}\"");
            component["scopes"]!.AsArray().Select(scope => (string)scope!).ShouldBe(AppIds, ignoreOrder: true);
            JsonNode local = Manifests.ReadYaml($"components/{Manifests.NameOf(component)}.yaml").Single()["spec"]!;
            ((string?)component["spec"]!["type"]).ShouldBe((string?)local["type"]);
            FieldsOf(local).Where(field => field.Key is not ("redisHost" or "redisPassword"))
                .ShouldBeSubsetOf(FieldsOf(component["spec"]!));
        }
    }

    [Fact]
    public void Variables_that_programs_read_are_documented_and_those_of_the_local_stack_are_read()
    {
        string documents = string.Join('\n', Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md")
            .Append(Path.Combine(Repository.Root, "SECURITY.md")).Select(File.ReadAllText));
        // What a launcher tells its ranks is nobody else's to set.
        string[] ofRanks =
            [.. new Rendezvous("host", 1, 0, 1, KeptByRank0: true).ToEnvironment().Select(one => one.Key), Rendezvous.AddressVariable];
        string[] read = [.. OwnVariable().Matches(Code("libs", "services", "workflows", "cli")).Select(found => found.Groups[1].Value).Distinct()];
        read.Length.ShouldBeGreaterThan(15);
        read.Except(ofRanks).ShouldAllBe(name => documents.Contains($"`{name}`", StringComparison.Ordinal));

        JsonObject dapr = Manifests.ReadYaml("dapr.yaml").Single();
        dapr["common"]!["env"]!.AsObject().Select(one => one.Key).Where(name => name.StartsWith("DAPRHEP_", StringComparison.Ordinal))
            .ShouldBeSubsetOf(read);
        dapr["apps"]!.AsArray().ShouldAllBe(app =>
            (string?)app!["env"]!["ASPNETCORE_URLS"] == $"http://127.0.0.1:{(int)app["appPort"]!}");
    }

    [Fact]
    public void Resiliency_is_that_of_the_local_stack() => JsonNode.DeepEquals(
        Manifests.Of("production").OfKind("Resiliency").Single()["spec"],
        Manifests.ReadYaml("components/resiliency.yaml").Single()["spec"]).ShouldBeTrue();

    [Fact]
    public void Apps_call_one_another_only_where_the_code_does_and_all_else_is_denied()
    {
        IReadOnlyList<JsonObject> objects = Manifests.Of("production", "workflow-access");
        foreach (JsonObject configuration in objects.OfKind("Configuration"))
        {
            JsonNode access = configuration["spec"]!["accessControl"]!;
            ((string?)access["defaultAction"]).ShouldBe("deny");
            access["policies"]!.AsArray().ShouldAllBe(policy =>
                (string?)policy!["defaultAction"] == "deny" && (string?)policy["namespace"] == "daprhep");
        }
        Operations(objects, "service").ShouldBe(["pipeline GET /healthz/ready"]);
        Operations(objects, "gateway").ShouldBe(["trainer POST /jobs/**"]);
        Code().ShouldContain("app.MapPost(\"/jobs/{instance}/{job}\"");
        // The runtime passes over a "*" that is not the last segment, and denies what it stands for.
        objects.OfKind("Configuration").SelectMany(configuration => Operations(objects, Manifests.NameOf(configuration)))
            .ShouldAllBe(operation => !operation.Contains("/*/", StringComparison.Ordinal));
        // Only an app that has jobs tells of their end.
        Directory.GetFiles(Path.Combine(Repository.Root, "services"), "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains(".AddJobs(", StringComparison.Ordinal))
            .Select(file => Path.GetFileName(file)).ShouldBe(["TrainerService.cs"]);

        JsonObject[] policies = [.. objects.OfKind("WorkflowAccessPolicy")];
        policies.SelectMany(policy => policy["scopes"]!.AsArray()).Select(scope => (string)scope!).ShouldBe(AppIds, ignoreOrder: true);
        policies.SelectMany(policy => policy["spec"]!["rules"]!.AsArray()).SelectMany(rule => rule!["callers"]!.AsArray())
            .ShouldAllBe(caller => (string?)caller!["appID"] == Apps.Pipeline);
    }

    [Fact]
    public void The_metric_by_which_ingest_grows_is_one_that_ingest_has_and_its_activity_too()
    {
        JsonObject scaled = Manifests.Of("production", "keda-ingest").OfKind("ScaledObject").Single();
        string query = (string)scaled["spec"]!["triggers"]![0]!["metadata"]!["query"]!;
        string metric = MetricName().Match(query).Value;
        File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md")).ShouldContain($"| `{metric}` |");
        File.Exists(Path.Combine(Repository.Root, "services", "Ingest", "Activities", "ConvertPartition.cs")).ShouldBeTrue();
        query.ShouldContain("activity=\"ConvertPartition\"");
    }

    [Fact]
    public void The_documentation_goes_from_nothing_to_a_run_in_ten_commands_with_files_and_fields_that_there_are()
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "kubernetes.md"));
        int begin = text.IndexOf("## From nothing", StringComparison.Ordinal), end = text.IndexOf("## Production", StringComparison.Ordinal);
        string section = text[begin..end];
        string[] blocks = [.. section.Split("\n\n").Where(block => block.StartsWith("    ", StringComparison.Ordinal))];
        blocks[0].Split('\n').Length.ShouldBe(10);
        blocks[0].ShouldContain("localhost:8080/runs");

        JsonObject request = JsonNode.Parse(blocks[1])!.AsObject();
        string known = File.ReadAllText(Path.Combine(Repository.Root, "workflows", "Gateway", "RunSubmission.cs"));
        foreach ((string name, JsonNode? _) in request)
            known.ShouldContain($" {char.ToUpperInvariant(name[0])}{name[1..]} {{ get; init; }}");
        foreach (JsonNode? sample in request["samples"]!.AsArray())
            sample!.Deserialize<SampleFiles>(Strict)!.Files.ShouldNotBeEmpty();

        string[] secrets = [.. SecretRow().Matches(text).Select(row => row.Groups[1].Value)];
        string script = File.ReadAllText(Path.Combine(Manifests.Folder, "create-secrets.sh"));
        secrets.Length.ShouldBe(5);
        foreach (string secret in secrets)
            script.ShouldContain($"create {secret} ");
        foreach (string path in FilePath().Matches(text).Select(found => found.Value.TrimEnd('.')))
            new[] { Repository.Root, Manifests.Folder }.ShouldContain(root => Path.Exists(Path.Combine(root, path)), path);
    }

    private static string[] Operations(IReadOnlyList<JsonObject> objects, string configuration) =>
    [
        .. objects.Named("Configuration", configuration)["spec"]!["accessControl"]!["policies"]!.AsArray().SelectMany(policy =>
            policy!["operations"]!.AsArray().SelectMany(operation => operation!["httpVerb"]!.AsArray()
                .Select(verb => $"{policy["appId"]} {verb} {operation["name"]}"))),
    ];

    private static IEnumerable<string> VariablesOf(JsonNode container)
    {
        foreach (JsonNode? variable in container["env"]?.AsArray() ?? [])
            yield return (string)variable!["name"]!;
        foreach (string file in Directory.GetFiles(Manifests.Folder, "settings.env", SearchOption.AllDirectories))
        {
            foreach (string line in File.ReadLines(file))
                yield return line.Split('=')[0];
        }
    }

    private static IEnumerable<KeyValuePair<string, string?>> FieldsOf(JsonNode spec) =>
        spec["metadata"]!.AsArray().Select(field => KeyValuePair.Create((string)field!["name"]!, (string?)field["value"]));

    private static string Code() => Code("libs", "services", "workflows");

    private static string Code(params string[] folders) => string.Join('\n', folders
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
        .Select(File.ReadAllText));

    [GeneratedRegex("^\\| `([a-z0-9-]+)` \\| `", RegexOptions.Multiline)]
    private static partial Regex SecretRow();

    [GeneratedRegex("(infra/k8s|infra/docker|overlays/(local|production)|base|components)/[a-z/.-]+")]
    private static partial Regex FilePath();

    [GeneratedRegex("\"(DAPRHEP_[A-Z0-9_]+)\"")]
    private static partial Regex OwnVariable();

    [GeneratedRegex("daprhep_[a-z_]+")]
    private static partial Regex MetricName();
}
