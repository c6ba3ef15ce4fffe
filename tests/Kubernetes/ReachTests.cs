using System.Text.Json.Nodes;

namespace DaprHep.Kubernetes.Tests;

/// <summary>Ports, addresses and files that one object names are those that another one has.</summary>
public sealed class ReachTests
{
    /// <summary>Where the runtime's sidecars speak with one another.</summary>
    private const int SidecarPort = 50002;

    public static TheoryData<string> Overlays => [.. Manifests.Overlays];

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Services_and_policies_name_ports_that_their_pods_have(string overlay)
    {
        IReadOnlyList<JsonObject> objects = Manifests.Of(overlay);
        JsonNode[] pods = [.. objects.PodTemplates().Select(pod => pod.Template)];
        foreach (JsonObject service in objects.OfKind("Service"))
        {
            JsonNode[] behind = [.. pods.Where(pod => service["spec"]!["selector"]!.AsObject()
                .All(wanted => (string?)pod["metadata"]!["labels"]![wanted.Key] == (string?)wanted.Value))];
            behind.ShouldNotBeEmpty(Manifests.NameOf(service));
            foreach (JsonNode? port in service["spec"]!["ports"]!.AsArray())
            {
                behind.ShouldAllBe(pod => PortsOf(pod).Any(one => one.Name == (string?)port!["targetPort"]), Manifests.NameOf(service));
                ((int)port!["port"]!).ShouldBe(PortsOf(behind[0]).Single(one => one.Name == (string?)port["targetPort"]).Number);
            }
        }
        foreach (JsonObject policy in objects.OfKind("NetworkPolicy"))
        {
            JsonNode[] selected = [.. pods.Where(pod => Takes(policy, pod))];
            foreach (JsonNode? port in PortsIn(policy, "ingress"))
            {
                selected.ShouldAllBe(pod => port!.GetValueKind() == System.Text.Json.JsonValueKind.String
                    ? PortsOf(pod).Any(one => one.Name == (string?)port)
                    : (int)port == SidecarPort || (string?)pod["metadata"]!["annotations"]!["dapr.io/metrics-port"] == $"{port}", Manifests.NameOf(policy));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Addresses_in_settings_and_components_are_of_services_that_there_are_and_policies_let_programs_reach_them(string overlay)
    {
        IReadOnlyList<JsonObject> objects = Manifests.Of(overlay);
        JsonObject settings = objects.Named("ConfigMap", "daprhep-settings")["data"]!.AsObject();
        Uri[] ofPrograms =
        [
            .. settings.Select(one => (string?)one.Value)
                .Where(value => value!.StartsWith("http", StringComparison.Ordinal)).Select(value => new Uri(value!)),
        ];
        Uri[] ofSidecars =
        [
            .. objects.OfKind("Component").SelectMany(component => component["spec"]!["metadata"]!.AsArray())
                .Where(field => (string?)field!["name"] == "redisHost").Select(field => new Uri($"redis://{(string)field!["value"]!}")),
        ];
        ofPrograms.ShouldNotBeEmpty();
        ofSidecars.Length.ShouldBe(2);
        foreach (JsonNode pod in objects.PodTemplates().Select(one => one.Template).Where(pod => Annotation(pod, "dapr.io/app-id") is not null))
        {
            int[] reached =
            [
                .. objects.OfKind("NetworkPolicy").Where(policy => Takes(policy, pod)).SelectMany(policy => PortsIn(policy, "egress"))
                    .Select(port => (int)port!),
            ];
            foreach (Uri address in ofPrograms.Concat(ofSidecars))
                reached.ShouldContain(address.Port, $"{Annotation(pod, "dapr.io/app-id")} to {address}");
        }
        foreach (Uri address in ofPrograms.Concat(ofSidecars).Where(address => !address.Host.Contains('.', StringComparison.Ordinal)))
        {
            objects.Named("Service", address.Host)["spec"]!["ports"]!.AsArray().Select(port => (int)port!["port"]!)
                .ShouldContain(address.Port, $"{address}");
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Files_that_the_trainer_reads_are_in_volumes_where_it_looks(string overlay)
    {
        IReadOnlyList<JsonObject> objects = Manifests.Of(overlay);
        JsonNode pod = objects.Named("Deployment", "trainer")["spec"]!["template"]!["spec"]!, container = pod["containers"]![0]!;
        string template = (string)container["env"]!.AsArray().Single(one => (string?)one!["name"] == "DAPRHEP_RANK_TEMPLATE")!["value"]!;
        JsonNode map = VolumeAt(Path.GetDirectoryName(template)!)["configMap"]!;
        objects.Named("ConfigMap", (string)map["name"]!)["data"]!.AsObject().ContainsKey(Path.GetFileName(template)).ShouldBeTrue(template);

        string access = File.ReadAllText(
            Path.Combine(Repository.Root, "libs", "Learning", "Distributed", "Kubernetes", "ClusterAccess.cs"));
        JsonNode account = VolumeAt("/var/run/secrets/kubernetes.io/serviceaccount");
        access.ShouldContain("\"/var/run/secrets/kubernetes.io/serviceaccount\"");
        string[] files =
        [
            .. account["projected"]!["sources"]!.AsArray().SelectMany(source => source!["serviceAccountToken"] is { } token
                ? [(string)token["path"]!]
                : (source["configMap"] ?? source["downwardAPI"])!["items"]!.AsArray().Select(item => (string)item!["path"]!)),
        ];
        files.ShouldBe(["token", "ca.crt", "namespace"], ignoreOrder: true);
        files.ShouldAllBe(file => access.Contains($"\"{file}\"", StringComparison.Ordinal));

        JsonNode VolumeAt(string path)
        {
            JsonNode mount = container["volumeMounts"]!.AsArray().Single(one => (string?)one!["mountPath"] == path)!;
            return pod["volumes"]!.AsArray().Single(volume => (string?)volume!["name"] == (string?)mount["name"])!;
        }
    }

    private static bool Takes(JsonObject policy, JsonNode pod) =>
        Manifests.Selects(policy["spec"]!["podSelector"]!, pod["metadata"]!["labels"]!.AsObject());

    private static string? Annotation(JsonNode pod, string name) => (string?)pod["metadata"]!["annotations"]?[name];

    private static IEnumerable<(string Name, int Number)> PortsOf(JsonNode pod) => pod["spec"]!["containers"]!.AsArray()
        .SelectMany(container => container!["ports"]?.AsArray() ?? [])
        .Select(port => ((string)port!["name"]!, (int)port["containerPort"]!));

    private static IEnumerable<JsonNode?> PortsIn(JsonObject policy, string direction) => (policy["spec"]![direction]?.AsArray() ?? [])
        .SelectMany(rule => rule!["ports"]?.AsArray() ?? []).Select(port => port!["port"]);
}
