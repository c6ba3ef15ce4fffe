using System.Text.Json.Nodes;
using DaprHep.Learning.Distributed;
using DaprHep.Learning.Distributed.Kubernetes;

namespace DaprHep.Kubernetes.Tests;

/// <summary>Every object of every overlay is one that the API server takes, refers only to what is there, and has few rights.</summary>
public sealed class ManifestTests
{
    private static readonly string[] AllComponents = ["keda-ingest", "workflow-access"];

    /// <summary>What <c>create-secrets.sh</c> creates, with its keys.</summary>
    private static readonly Dictionary<string, string[]> Secrets = ReadSecrets();

    public static TheoryData<string> Overlays => [.. Manifests.Overlays];

    [Fact]
    public void There_is_an_overlay_for_a_laptop_and_one_for_production() => Manifests.Overlays.ShouldBe(["local", "production"]);

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_object_fits_its_schema_without_unknown_fields(string overlay)
    {
        foreach (JsonObject item in Manifests.Of(overlay, AllComponents).Concat(Manifests.Of(overlay)))
        {
            KubernetesSchema schema = KubernetesSchema.Core.Knows(item) ? KubernetesSchema.Core : KubernetesSchema.Extensions;
            schema.FaultsOf(item).ShouldBeEmpty($"{item["kind"]} {Manifests.NameOf(item)}");
            if ((string?)item["kind"] != "Namespace")
                ((string?)item["metadata"]!["namespace"]).ShouldBe("daprhep", $"{item["kind"]} {Manifests.NameOf(item)}");
        }
        Manifests.Of(overlay, AllComponents).OfKind("ScaledObject").Count().ShouldBe(1);
    }

    [Theory]
    [InlineData("a misspelt field", "terminationGracePeriodSecond")]
    [InlineData("a number as a text", null)]
    public void The_schema_finds(string what, string? field)
    {
        JsonObject deployment = Manifests.Of("local").Named("Deployment", "ingest").DeepClone().AsObject();
        JsonNode pod = deployment["spec"]!["template"]!["spec"]!;
        if (field is not null)
            pod[field] = 3;
        else
            pod["containers"]![0]!["ports"]![0]!["containerPort"] = "8101";
        KubernetesSchema.Core.FaultsOf(deployment).Count.ShouldBe(1, what);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void The_launcher_makes_a_job_from_the_template_that_the_api_server_takes(string overlay)
    {
        JsonObject map = Manifests.Of(overlay).OfKind("ConfigMap").Single(o => o["data"]?["rank-job.yaml"] is not null);
        RankJobTemplate template = RankJobTemplate.Parse((string)map["data"]!["rank-job.yaml"]!, "rank-job.yaml", "daprhep/trainer:1");
        JsonObject job = template.JobFor("ranks-1", "daprhep", "t", new RankLaunch(4, ["job", "{}"]), null, TimeSpan.FromMinutes(1));
        KubernetesSchema.Core.FaultsOf(job).ShouldBeEmpty();
        JsonNode rank = job["spec"]!["template"]!["spec"]!["containers"]![0]!;
        ((string?)rank["resources"]!["limits"]!["nvidia.com/gpu"]).ShouldBe(overlay == "production" ? "1" : null);
        (job["spec"]!["template"]!["spec"]!["tolerations"]!.AsArray().Any(one => (string?)one!["key"] == "nvidia.com/gpu"))
            .ShouldBe(overlay == "production");
        KubernetesSchema.Core.FaultsOf(RankJobTemplate.ServiceFor("ranks-1", "daprhep", "t", "uid")).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Pods_refer_only_to_accounts_settings_and_secrets_that_there_are(string overlay)
    {
        IReadOnlyList<JsonObject> objects = Manifests.Of(overlay);
        string[] maps = [.. objects.OfKind("ConfigMap").Select(Manifests.NameOf), "kube-root-ca.crt"];
        string[] accounts = [.. objects.OfKind("ServiceAccount").Select(Manifests.NameOf)];
        foreach ((string name, JsonNode template) in objects.PodTemplates())
        {
            JsonNode pod = template["spec"]!;
            if (pod["serviceAccountName"] is { } account)
                accounts.ShouldContain((string?)account, name);
            foreach (JsonNode reference in All(pod, "configMapRef").Concat(All(pod, "configMap")))
                maps.ShouldContain((string?)reference["name"], name);
            foreach (JsonNode reference in All(pod, "secretRef"))
                Secrets.ShouldContainKey((string)reference["name"]!, name);
            foreach (JsonNode reference in All(pod, "secretKeyRef"))
                Secrets[(string)reference["name"]!].ShouldContain((string)reference["key"]!, name);
            foreach (string annotation in (string[])["dapr.io/api-token-secret", "dapr.io/app-token-secret"])
            {
                if (template["metadata"]!["annotations"]?[annotation] is { } secret)
                    Secrets[(string)secret!].ShouldContain("token", name);
            }
            string[] volumes = [.. (pod["volumes"]?.AsArray() ?? []).Select(volume => (string)volume!["name"]!), "data"];
            foreach (JsonNode mount in All(pod, "volumeMounts").SelectMany(list => list.AsArray())!)
                volumes.ShouldContain((string?)mount["name"], name);
        }
        foreach (JsonNode reference in objects.OfKind("Component").SelectMany(component => All(component, "secretKeyRef")))
            Secrets[(string)reference["name"]!].ShouldContain((string)reference["key"]!);
        objects.ShouldAllBe(item => (string?)item["kind"] != "Secret");
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void No_pod_runs_as_root_writes_its_root_file_system_or_has_capabilities(string overlay)
    {
        foreach ((string name, JsonNode template) in Manifests.Of(overlay).PodTemplates())
        {
            JsonNode pod = template["spec"]!;
            ((bool?)pod["automountServiceAccountToken"]).ShouldBe(false, name);
            ((bool?)pod["securityContext"]!["runAsNonRoot"]).ShouldBe(true, name);
            ((string?)pod["securityContext"]!["seccompProfile"]!["type"]).ShouldBe("RuntimeDefault", name);
            foreach (JsonNode? container in pod["containers"]!.AsArray())
            {
                JsonNode security = container!["securityContext"]!;
                ((bool?)security["allowPrivilegeEscalation"]).ShouldBe(false, name);
                ((bool?)security["readOnlyRootFilesystem"]).ShouldBe(true, name);
                security["capabilities"]!["drop"]!.AsArray().Select(one => (string?)one).ShouldBe(["ALL"], name);
                container["resources"]!["requests"]!["cpu"].ShouldNotBeNull(name);
                container["resources"]!["requests"]!["memory"].ShouldNotBeNull(name);
                container["resources"]!["limits"]!["memory"].ShouldNotBeNull(name);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_service_has_probes_a_budget_and_a_spread_over_nodes(string overlay)
    {
        IReadOnlyList<JsonObject> objects = Manifests.Of(overlay);
        foreach (JsonObject deployment in objects.OfKind("Deployment"))
        {
            string name = Manifests.NameOf(deployment);
            JsonNode pod = deployment["spec"]!["template"]!["spec"]!, container = pod["containers"]!.AsArray().ShouldHaveSingleItem()!;
            ((string?)container["livenessProbe"]!["httpGet"]!["path"]).ShouldBe("/healthz/live");
            ((string?)container["startupProbe"]!["httpGet"]!["path"]).ShouldBe("/healthz/live");
            ((string?)container["readinessProbe"]!["httpGet"]!["path"]).ShouldBe("/healthz/ready");
            pod["topologySpreadConstraints"]!.AsArray().Count.ShouldBe(2);
            JsonObject budget = objects.Named("PodDisruptionBudget", name);
            ((string?)budget["spec"]!["selector"]!["matchLabels"]!["app.kubernetes.io/name"]).ShouldBe(name);
            ((string?)deployment["spec"]!["template"]!["metadata"]!["labels"]!["app.kubernetes.io/name"]).ShouldBe(name);
        }
        JsonNode scaled = objects.OfKind("HorizontalPodAutoscaler").ShouldHaveSingleItem()["spec"]!;
        ((string?)scaled["scaleTargetRef"]!["name"]).ShouldBe("serving");
        objects.Named("Deployment", "serving")["spec"]!["replicas"].ShouldBeNull("the autoscaler decides");
        if (overlay == "production")
        {
            objects.OfKind("Deployment").Where(o => Manifests.NameOf(o) != "serving").ShouldAllBe(o => (int)o["spec"]!["replicas"]! >= 2);
            ((int?)scaled["minReplicas"]).ShouldBe(2);
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Nothing_goes_in_or_out_but_what_a_policy_names_and_policies_select_pods_that_there_are(string overlay)
    {
        IReadOnlyList<JsonObject> objects = Manifests.Of(overlay);
        JsonObject deny = objects.Named("NetworkPolicy", "default-deny");
        deny["spec"]!["podSelector"]!.AsObject().ShouldBeEmpty();
        deny["spec"]!["policyTypes"]!.AsArray().Select(one => (string?)one).ShouldBe(["Ingress", "Egress"]);
        deny["spec"]!.AsObject().ContainsKey("ingress").ShouldBeFalse();
        deny["spec"]!.AsObject().ContainsKey("egress").ShouldBeFalse();

        JsonObject[] labels = [.. objects.PodTemplates().Select(pod => pod.Template["metadata"]!["labels"]!.AsObject())];
        foreach (JsonObject policy in objects.OfKind("NetworkPolicy"))
        {
            labels.ShouldContain(pod => Manifests.Selects(policy["spec"]!["podSelector"]!, pod), Manifests.NameOf(policy));
            // Peers within the namespace; "caller" is for those that somebody adds.
            foreach (JsonNode peer in All(policy, "from").Concat(All(policy, "to")).SelectMany(list => list.AsArray())!)
            {
                if (peer["podSelector"] is { } pods && peer["namespaceSelector"] is null
                    && !pods.ToJsonString().Contains("daprhep.io/caller", StringComparison.Ordinal))
                    labels.ShouldContain(pod => Manifests.Selects(pods, pod), Manifests.NameOf(policy));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_image_has_a_tag_and_ranks_run_the_program_that_starts_them(string overlay)
    {
        IReadOnlyList<JsonObject> objects = Manifests.Of(overlay);
        foreach ((string name, JsonNode template) in objects.PodTemplates().Where(pod => pod.Name != "rank-job.yaml"))
            ((string)template["spec"]!["containers"]![0]!["image"]!).ShouldMatch("^[a-z0-9./-]+:[A-Za-z0-9.-]+$", name);
        JsonNode trainer = objects.Named("Deployment", "trainer")["spec"]!["template"]!["spec"]!["containers"]![0]!;
        JsonNode image = trainer["env"]!.AsArray().Single(variable => (string?)variable!["name"] == "DAPRHEP_RANK_IMAGE")!["value"]!;
        ((string?)image).ShouldBe((string?)trainer["image"]);
    }

    [Fact]
    public void In_production_redis_is_reached_by_tls_where_the_settings_say()
    {
        foreach (JsonObject component in Manifests.Of("production").OfKind("Component"))
        {
            Dictionary<string, string?> fields = component["spec"]!["metadata"]!.AsArray()
                .ToDictionary(field => (string)field!["name"]!, field => (string?)field!["value"]);
            fields["redisHost"].ShouldBe("redis.example.org:6380");
            fields["enableTLS"].ShouldBe("true");
        }
        Manifests.Of("production").OfKind("ConfigMap").ShouldAllBe(map => Manifests.NameOf(map) != "cluster");
    }

    private static IEnumerable<JsonNode> All(JsonNode? node, string name) => node switch
    {
        JsonObject map => map.SelectMany(field => field.Key == name && field.Value is not null ? [field.Value] : All(field.Value, name)),
        JsonArray list => list.SelectMany(item => All(item, name)),
        _ => [],
    };

    private static Dictionary<string, string[]> ReadSecrets() =>
        File.ReadLines(Path.Combine(Manifests.Folder, "create-secrets.sh"))
            .Where(line => line.StartsWith("create ", StringComparison.Ordinal))
            .Select(line => line.Split(' '))
            .ToDictionary(words => words[1], words => words[2..].Select(word => word.Trim('"').Split('=')[0]).ToArray());
}
