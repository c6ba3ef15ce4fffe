using System.Text.Json.Nodes;
using YamlDotNet.Core;

namespace DaprHep.Learning.Distributed.Kubernetes;

/// <summary>
/// The job of an attempt: a <c>batch/v1</c> Job in YAML, in which the cluster's operator says what a rank needs (GPUs, memory, nodes,
/// tolerations, secrets, a queue), and to which the launcher adds what makes pods ranks of one attempt. Its container is named <c>rank</c>.
/// </summary>
public sealed class RankJobTemplate
{
    /// <summary>A job with this label waits, suspended, until Kueue admits it.</summary>
    internal const string QueueLabel = "kueue.x-k8s.io/queue-name";

    /// <summary>Label of all jobs and pods of a training.</summary>
    internal const string TrainingLabel = "daprhep.io/training";

    /// <summary>Label of the job and the pods of one attempt.</summary>
    internal const string AttemptLabel = "daprhep.io/attempt";

    private const int Port = 29500, KeptSeconds = 600, GraceSeconds = 30;
    private const string SharedMemory = "/dev/shm";

    private readonly JsonObject _job;

    private RankJobTemplate(JsonObject job) => _job = job;

    /// <summary>How long a rank that is told to end may take for a last checkpoint.</summary>
    internal TimeSpan Grace => TimeSpan.FromSeconds(
        _job["spec"]!["template"]!["spec"]!["terminationGracePeriodSeconds"]?.GetValue<long>() ?? GraceSeconds);

    /// <summary>The queue in which jobs wait; null where they do not.</summary>
    internal string? Queue => _job["metadata"]?["labels"]?[QueueLabel]?.GetValue<string>();

    /// <summary>Reads a template.</summary>
    /// <param name="path">The file.</param>
    /// <param name="image">The image of the ranks, which has to be the program that starts them; null for the one in the template.</param>
    /// <exception cref="KubernetesException">The file cannot be read, or is no such template; the message says what is missing.</exception>
    public static RankJobTemplate Read(string path, string? image)
    {
        try
        {
            return Parse(File.ReadAllText(path), path, image);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubernetesException($"{path} cannot be read ({e.Message}); expected the template of the ranks' job", cause: e);
        }
    }

    /// <summary>Reads a template from its text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="where">What to call it in an error.</param>
    /// <param name="image">The image of the ranks; null for the one in the template.</param>
    /// <exception cref="KubernetesException">It is no such template; the message says what is missing.</exception>
    public static RankJobTemplate Parse(string yaml, string where, string? image)
    {
        try
        {
            var job = YamlDocument.ReadAll(yaml) is [JsonObject only] ? only : throw Wrong("one document", "another number of them");
            if ((string?)job["apiVersion"] != "batch/v1" || (string?)job["kind"] != "Job")
                throw Wrong("apiVersion batch/v1, kind Job", $"{job["apiVersion"]}, {job["kind"]}");
            var containers = job["spec"]?["template"]?["spec"]?["containers"] as JsonArray ?? [];
            var rank = containers.FirstOrDefault(container => (string?)container?["name"] == RankPod.Container)
                ?? throw Wrong(
                    $"a container named {RankPod.Container} in spec.template.spec.containers", $"{containers.Count} of other names");
            if (image is not null)
                rank["image"] = image;
            else if (rank["image"] is null)
                throw Wrong($"an image of container {RankPod.Container}", "none");
            var template = new RankJobTemplate(job);
            _ = template.Grace;
            return template;
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException or ArgumentException)
        {
            throw new KubernetesException($"{where}: {e.Message}; expected a batch/v1 Job in YAML", cause: e);
        }

        KubernetesException Wrong(string expected, string found) => new($"{where}: expected {expected}, found {found}");
    }

    /// <summary>The job of an attempt.</summary>
    /// <param name="name">Its name; pods are named, and reached, after it.</param>
    /// <param name="space">The namespace.</param>
    /// <param name="training">What the attempts of a training have in common.</param>
    /// <param name="launch">What to start.</param>
    /// <param name="owner">With what the job is to be deleted; null for nothing.</param>
    /// <param name="joinLimit">How long a rank waits for the others.</param>
    internal JsonObject JobFor(string name, string space, string training, RankLaunch launch, JsonObject? owner, TimeSpan joinLimit)
    {
        var job = _job.DeepClone().AsObject();
        var metadata = Below(job, "metadata");
        (metadata["name"], metadata["namespace"]) = (name, space);
        if (owner is not null)
            metadata["ownerReferences"] = new JsonArray(owner.DeepClone());
        var spec = Below(job, "spec");
        var template = Below(spec, "template");
        foreach (var labels in (JsonObject[])[Below(metadata, "labels"), Below(Below(template, "metadata"), "labels")])
            (labels[TrainingLabel], labels[AttemptLabel]) = (training, name);

        spec["completionMode"] = "Indexed";
        (spec["completions"], spec["parallelism"]) = (launch.Ranks, launch.Ranks);
        // One lost rank ends the attempt, also while no launcher looks: the others would wait for it.
        (spec["backoffLimitPerIndex"], spec["maxFailedIndexes"]) = (0, 0);
        spec["podFailurePolicy"] = FailurePolicy();
        spec["ttlSecondsAfterFinished"] ??= KeptSeconds;
        if (Queue is not null)
            spec["suspend"] = true;
        Below(template, "spec")["restartPolicy"] = "Never";
        Below(template, "spec")["subdomain"] = name;
        var meeting = new Rendezvous($"{name}-0.{name}", Port, 0, launch.Ranks, KeptByRank0: true) { JoinTimeout = joinLimit };
        Prepare(Below(template, "spec"), meeting, launch);
        return job;
    }

    /// <summary>The headless service by which ranks find one another; it goes with its job.</summary>
    internal static JsonObject ServiceFor(string name, string space, string training, string jobUid) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Service",
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = space,
            ["labels"] = new JsonObject { [TrainingLabel] = training, [AttemptLabel] = name },
            ["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = "batch/v1",
                ["kind"] = "Job",
                ["name"] = name,
                ["uid"] = jobUid,
                ["controller"] = true,
                ["blockOwnerDeletion"] = false,
            }),
        },
        ["spec"] = new JsonObject
        {
            ["clusterIP"] = "None",
            // Ranks look for one another before they are ready.
            ["publishNotReadyAddresses"] = true,
            ["selector"] = new JsonObject { ["batch.kubernetes.io/job-name"] = name },
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "rendezvous", ["port"] = Port, ["protocol"] = "TCP" }),
        },
    };

    /// <summary>Bad input and a rank that the cluster takes away end the job; the next attempt is the launcher's to begin.</summary>
    private static JsonObject FailurePolicy() => new()
    {
        ["rules"] = new JsonArray(
            new JsonObject
            {
                ["action"] = "FailJob",
                ["onExitCodes"] = new JsonObject
                {
                    ["containerName"] = RankPod.Container, ["operator"] = "In", ["values"] = new JsonArray(RankProcess.BadInput),
                },
            },
            new JsonObject
            {
                ["action"] = "FailJob",
                ["onPodConditions"] = new JsonArray(new JsonObject { ["type"] = "DisruptionTarget", ["status"] = "True" }),
            }),
    };

    private static void Prepare(JsonObject pod, Rendezvous meeting, RankLaunch launch)
    {
        var rank = pod["containers"]!.AsArray().First(container => (string?)container?["name"] == RankPod.Container)!.AsObject();
        rank["args"] = new JsonArray([RankProcess.Verb, .. launch.Arguments.Select(argument => (JsonNode?)argument)]);
        // The end of the log reaches the launcher with the exit code.
        rank["terminationMessagePolicy"] = "FallbackToLogsOnError";
        var environment = rank["env"] as JsonArray ?? [];
        foreach (var (name, value) in meeting.ToEnvironment())
            environment.Add(new JsonObject { ["name"] = name, ["value"] = value });
        environment.Remove(environment.First(variable => (string?)variable?["name"] == Rendezvous.RankVariable));
        environment.Add(FieldOf(Rendezvous.RankVariable, "metadata.labels['batch.kubernetes.io/job-completion-index']"));
        environment.Add(FieldOf(Rendezvous.AddressVariable, "status.podIP"));
        rank["env"] = environment;
        var ports = rank["ports"] as JsonArray ?? [];
        ports.Add(new JsonObject { ["name"] = "rendezvous", ["containerPort"] = Port, ["protocol"] = "TCP" });
        rank["ports"] = ports;

        // Between the GPUs of a node NCCL goes through shared memory, of which a container has 64 MB.
        var mounts = rank["volumeMounts"] as JsonArray ?? [];
        if (mounts.Any(mount => (string?)mount?["mountPath"] == SharedMemory))
            return;
        mounts.Add(new JsonObject { ["name"] = "shared-memory", ["mountPath"] = SharedMemory });
        rank["volumeMounts"] = mounts;
        var volumes = pod["volumes"] as JsonArray ?? [];
        var memory = new JsonObject { ["medium"] = "Memory", ["sizeLimit"] = "2Gi" };
        volumes.Add(new JsonObject { ["name"] = "shared-memory", ["emptyDir"] = memory });
        pod["volumes"] = volumes;
    }

    private static JsonObject FieldOf(string variable, string path) => new()
    {
        ["name"] = variable,
        ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = path } },
    };

    private static JsonObject Below(JsonObject parent, string name)
    {
        if (parent[name] is JsonObject child)
            return child;
        parent[name] = child = [];
        return child;
    }
}
