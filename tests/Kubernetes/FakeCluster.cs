using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace DaprHep.Kubernetes.Tests;

/// <summary>
/// What a launcher sees of a control plane: jobs, pods, services and events with their versions, and the parts of the job controller and
/// the kubelets that make them live. Shapes, delays left out, and words are those of a recorded API server of Kubernetes 1.37. Tests say what
/// happens to pods; what follows from it for the job happens by itself.
/// </summary>
internal sealed class FakeCluster
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly List<(long Version, string Key, string Type, JsonObject Object)> _history = [];
    private readonly List<Channel<JsonObject>> _watches = [];
    private readonly List<string> _log = [];
    private long _version = 1000;
    private long _forgotten;

    /// <summary>Name of the namespace.</summary>
    public const string Space = "daprhep";

    /// <summary>How many pods find a node.</summary>
    public int Places { get; set; } = int.MaxValue;

    /// <summary>How many pods the quota allows.</summary>
    public int Quota { get; set; } = int.MaxValue;

    /// <summary>Whether pods run as soon as they have a node.</summary>
    public bool StartsPods { get; set; } = true;

    /// <summary>Whether the pods of a deleted job take for ever, as on a lost node.</summary>
    public bool KeepsPods { get; set; }

    /// <summary>All objects of a kind, such as <c>jobs</c>.</summary>
    public IReadOnlyList<JsonObject> All(string kind)
    {
        lock (_lock)
        {
            return
            [
                .. _objects.Where(entry => entry.Key.StartsWith(kind + "/", StringComparison.Ordinal)).Select(entry => Copy(entry.Value)),
            ];
        }
    }

    /// <summary>The one job that there is.</summary>
    public JsonObject Job => All("jobs").ShouldHaveSingleItem();

    /// <summary>An object, or null.</summary>
    public JsonObject? Find(string kind, string name)
    {
        lock (_lock)
            return _objects.TryGetValue($"{kind}/{name}", out JsonObject? found) ? Copy(found) : null;
    }

    /// <summary>What a list answers, and its version.</summary>
    public JsonObject List(string kind, Func<JsonObject, bool> selector)
    {
        lock (_lock)
        {
            return new JsonObject
            {
                ["kind"] = "List",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject { ["resourceVersion"] = Text(_version) },
                ["items"] = new JsonArray([.. All(kind).Where(selector)]),
            };
        }
    }

    /// <summary>Lines of a watch: what happened since a version, then what happens. Null where the version is forgotten.</summary>
    public ChannelReader<JsonObject>? Watch(string kind, long since, Func<JsonObject, bool> selector)
    {
        lock (_lock)
        {
            if (since < _forgotten)
                return null;
            Channel<JsonObject> lines = Channel.CreateUnbounded<JsonObject>();
            foreach ((long version, string key, string type, JsonObject item) in _history)
            {
                if (version > since && key.StartsWith(kind + "/", StringComparison.Ordinal) && selector(item))
                    lines.Writer.TryWrite(new JsonObject { ["type"] = type, ["object"] = Copy(item) });
            }
            Channel<JsonObject> all = Channel.CreateUnbounded<JsonObject>();
            _watches.Add(all);
            _ = ForwardAsync(all.Reader, lines.Writer, kind, selector);
            return lines.Reader;
        }
    }

    /// <summary>Ends all watches as a time limit does, without a word.</summary>
    public void EndWatches()
    {
        lock (_lock)
        {
            _watches.ForEach(watch => watch.Writer.TryComplete());
            _watches.Clear();
        }
    }

    /// <summary>No watch that is open says anything any more, nor ends: as when a node between is gone.</summary>
    public void Deafen()
    {
        lock (_lock)
            _watches.Clear();
    }

    /// <summary>Forgets the past: watches from before are answered 410, in their stream.</summary>
    public void Compact()
    {
        lock (_lock)
        {
            // Something else in the cluster has changed meanwhile.
            _forgotten = ++_version;
            _history.Clear();
        }
    }

    /// <summary>Takes a job, and makes its pods.</summary>
    public JsonObject CreateJob(JsonObject body)
    {
        lock (_lock)
        {
            JsonObject job = Copy(body);
            string name = NameOf(job);
            Identify(job);
            job["status"] = new JsonObject();
            Put("jobs", job, "ADDED");
            if (job["spec"]!["suspend"]?.GetValue<bool>() == true)
                Change("jobs", name, j => Condition(j, "Suspended", "True", "JobSuspended", "Job suspended"));
            else
                CreatePods(name);
            return Find("jobs", name)!;
        }
    }

    /// <summary>Takes a service.</summary>
    public JsonObject CreateService(JsonObject body)
    {
        lock (_lock)
        {
            JsonObject service = Copy(body);
            Identify(service);
            Put("services", service, "ADDED");
            return Copy(service);
        }
    }

    /// <summary>Lets a suspended job go, as Kueue does.</summary>
    public void Admit(string job)
    {
        lock (_lock)
        {
            Change("jobs", job, j =>
            {
                j["spec"]!["suspend"] = false;
                Condition(j, "Suspended", "False", "JobResumed", "Job resumed");
            });
            CreatePods(job);
        }
    }

    /// <summary>The quota counts anew, and the job controller makes the pods that are missing.</summary>
    public void LiftQuota(string job)
    {
        lock (_lock)
        {
            Quota = int.MaxValue;
            CreatePods(job);
        }
    }

    /// <summary>Deletes a job with what it owns, in the background, or leaves its pods as orphans.</summary>
    public void DeleteJob(string name, bool orphans)
    {
        lock (_lock)
        {
            Remove("jobs", name);
            if (orphans)
                return;
            foreach (JsonObject service in All("services").Where(s => NameOf(s) == name))
                Remove("services", NameOf(service));
            foreach (JsonObject pod in PodsOf(name))
                EndPod(NameOf(pod));
        }
    }

    /// <summary>The pod of a rank: of a job that is there, if pods of one before it are left, too.</summary>
    public string PodOf(int rank) =>
        NameOf(All("pods").Where(pod => RankOf(pod) == rank).OrderBy(pod => Find("jobs", JobOf(pod)) is not null).Last());

    /// <summary>A rank ends by itself; the job controller may be slow to notice.</summary>
    public void Exit(int rank, int code, string? message = null, bool isNoticed = true)
    {
        lock (_lock)
        {
            string name = PodOf(rank);
            Finish(name, code, code == 137 ? "OOMKilled" : code == 0 ? "Completed" : "Error", message);
            JsonObject pod = Find("pods", name)!;
            string job = JobOf(pod);
            if (!isNoticed)
                return;
            if (code != 0)
            {
                FailJob(job, code == 3 ? "PodFailurePolicy" : "MaxFailedIndexesExceeded", code == 3
                    ? $"Container rank for pod {Space}/{name} failed with exit code 3 matching FailJob rule at index 0"
                    : "Job has exceeded the specified maximal number of failed indexes");
            }
            else if (PodsOf(job).All(one => PhaseOf(one) == "Succeeded") && Find("jobs", job) is not null)
            {
                const string all = "Reached expected number of succeeded pods";
                Change("jobs", job, j => Condition(j, "SuccessCriteriaMet", "True", "CompletionsReached", all));
                Change("jobs", job, j => Condition(j, "Complete", "True", "CompletionsReached", all));
            }
        }
    }

    /// <summary>The cluster takes a rank's pod away.</summary>
    public void Evict(int rank)
    {
        lock (_lock)
        {
            string name = PodOf(rank);
            Change("pods", name, pod => Condition(
                pod, "DisruptionTarget", "True", "EvictionByEvictionAPI", "Eviction API: evicting"));
            Change("pods", name, MarkDeleted);
            string job = JobOf(Find("pods", name)!);
            FailJob(job, "PodFailurePolicy", $"Pod {Space}/{name} has condition DisruptionTarget matching FailJob rule at index 1");
            Finish(name, 143, "Error", null);
        }
    }

    /// <summary>The node of a rank stops its heartbeat.</summary>
    public void LoseNode(int rank)
    {
        lock (_lock)
            Change("pods", PodOf(rank), pod => Condition(pod, "Ready", "False", null, null));
    }

    /// <summary>The job is past its time to live: it goes, with all it owns.</summary>
    public void Expire(string job)
    {
        lock (_lock)
        {
            Remove("jobs", job);
            foreach (JsonObject pod in PodsOf(job))
                Remove("pods", NameOf(pod));
        }
    }

    /// <summary>Rank 0 writes a line.</summary>
    public void Write(string line)
    {
        lock (_lock)
        {
            int tenths = _log.Count;
            _log.Add(string.Create(CultureInfo.InvariantCulture, $"2026-11-22T16:22:{10 + tenths / 10:00}.{tenths % 10}00000000Z {line}"));
        }
    }

    /// <summary>What rank 0 has written, with time stamps.</summary>
    public string[] Log
    {
        get
        {
            lock (_lock)
                return [.. _log];
        }
    }

    /// <summary>Name of an object.</summary>
    public static string NameOf(JsonNode item) => item["metadata"]!["name"]!.GetValue<string>();

    private static string PhaseOf(JsonNode pod) => pod["status"]!["phase"]!.GetValue<string>();

    private static string JobOf(JsonNode pod) => pod["metadata"]!["labels"]!["batch.kubernetes.io/job-name"]!.GetValue<string>();

    private static int RankOf(JsonNode pod) => int.Parse(
        pod["metadata"]!["labels"]!["batch.kubernetes.io/job-completion-index"]!.GetValue<string>(), CultureInfo.InvariantCulture);

    private static JsonObject Copy(JsonObject item) => item.DeepClone().AsObject();

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private JsonObject[] PodsOf(string job) => [.. All("pods").Where(pod => JobOf(pod) == job)];

    private void CreatePods(string job)
    {
        JsonObject from = Find("jobs", job)!;
        int ranks = from["spec"]!["completions"]!.GetValue<int>();
        for (int rank = 0; rank < ranks; rank++)
        {
            if (PodsOf(job).Any(pod => RankOf(pod) == rank))
                continue;
            string name = $"{job}-{rank}-x{Text(_version)}";
            if (rank >= Quota)
            {
                AddEvent(job, $"Error creating: pods \"{name}\" is forbidden: exceeded quota: gpus, requested: requests.nvidia.com/gpu=1, "
                    + $"used: requests.nvidia.com/gpu={Quota}, limited: requests.nvidia.com/gpu={Quota}");
                continue;
            }
            JsonObject pod = new()
            {
                ["kind"] = "Pod",
                ["apiVersion"] = "v1",
                ["metadata"] = Copy(from["spec"]!["template"]!["metadata"]!.AsObject()),
                ["status"] = new JsonObject { ["phase"] = "Pending", ["conditions"] = new JsonArray() },
            };
            pod["metadata"]!["name"] = name;
            pod["metadata"]!["labels"]!["batch.kubernetes.io/job-name"] = job;
            pod["metadata"]!["labels"]!["batch.kubernetes.io/job-completion-index"] = Text(rank);
            Identify(pod);
            Put("pods", pod, "ADDED");
            if (rank >= Places)
            {
                Change("pods", name, p => Condition(
                    p, "PodScheduled", "False", "Unschedulable",
                    "0/5 nodes are available: 2 node(s) had untolerated taint(s), 3 Insufficient nvidia.com/gpu. "
                    + "no new claims to deallocate, preemption: 0/5 nodes are available: 5 Preemption is not helpful for scheduling."));
            }
            else if (StartsPods)
            {
                Start(name);
            }
        }
        Change("jobs", job, j => j["status"]!["active"] = Math.Min(ranks, Quota));
    }

    /// <summary>A pod gets ready.</summary>
    public void Start(string pod)
    {
        lock (_lock)
        {
            Change("pods", pod, p =>
            {
                p["status"]!["phase"] = "Running";
                Condition(p, "PodScheduled", "True", null, null);
                Condition(p, "Ready", "True", null, null);
                p["status"]!["containerStatuses"] = Container("running", new JsonObject());
            });
        }
    }

    private void AddEvent(string job, string message)
    {
        JsonObject one = new()
        {
            ["kind"] = "Event",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject { ["name"] = $"{job}.{Text(_version)}" },
            ["involvedObject"] = new JsonObject { ["kind"] = "Job", ["name"] = job },
            ["reason"] = "FailedCreate",
            ["message"] = message,
            ["lastTimestamp"] = "2026-11-22T16:31:49Z",
            ["type"] = "Warning",
        };
        Identify(one);
        Put("events", one, "ADDED");
    }

    private void FailJob(string job, string reason, string message)
    {
        if (Find("jobs", job) is not { } failed || failed["status"]!.ToJsonString().Contains("FailureTarget", StringComparison.Ordinal))
            return;
        Change("jobs", job, j => Condition(j, "FailureTarget", "True", reason, message));
        foreach (JsonObject pod in PodsOf(job).Where(pod => PhaseOf(pod) is "Running" or "Pending"))
            EndPod(NameOf(pod));
        if (PodsOf(job).All(pod => PhaseOf(pod) is "Failed" or "Succeeded"))
            Change("jobs", job, j => Condition(j, "Failed", "True", reason, message));
    }

    private void EndPod(string name)
    {
        Change("pods", name, MarkDeleted);
        if (KeepsPods)
            return;
        if (PhaseOf(Find("pods", name)!) is "Running" or "Pending")
            Finish(name, 143, "Error", null);
        Remove("pods", name);
    }

    private void Finish(string name, int code, string reason, string? message) => Change("pods", name, pod =>
    {
        pod["status"]!["phase"] = code == 0 ? "Succeeded" : "Failed";
        Condition(pod, "Ready", "False", code == 0 ? "PodCompleted" : "PodFailed", null);
        JsonObject ended = new() { ["exitCode"] = code, ["reason"] = reason };
        if (message is not null)
            ended["message"] = message;
        pod["status"]!["containerStatuses"] = Container("terminated", ended);
    });

    private static JsonArray Container(string state, JsonObject details) =>
        new(new JsonObject { ["name"] = "rank", ["ready"] = state == "running", ["state"] = new JsonObject { [state] = details } });

    private static void MarkDeleted(JsonObject pod) => pod["metadata"]!["deletionTimestamp"] = "2026-11-22T16:22:41Z";

    private static void Condition(JsonObject item, string type, string status, string? reason, string? message)
    {
        JsonObject of = item["status"]!.AsObject();
        JsonArray conditions = of["conditions"] as JsonArray ?? [];
        of["conditions"] = conditions;
        if (conditions.FirstOrDefault(one => (string?)one!["type"] == type) is { } old)
            conditions.Remove(old);
        JsonObject condition = new() { ["type"] = type, ["status"] = status };
        if (reason is not null)
            condition["reason"] = reason;
        if (message is not null)
            condition["message"] = message;
        conditions.Add(condition);
    }

    private static void Identify(JsonObject item)
    {
        item["metadata"]!["namespace"] = Space;
        item["metadata"]!["uid"] = Guid.NewGuid().ToString();
    }

    private void Change(string kind, string name, Action<JsonObject> change)
    {
        if (!_objects.TryGetValue($"{kind}/{name}", out JsonObject? old))
            return;
        JsonObject changed = Copy(old);
        change(changed);
        Put(kind, changed, "MODIFIED");
    }

    private void Remove(string kind, string name)
    {
        if (_objects.Remove($"{kind}/{name}", out JsonObject? gone))
            Tell($"{kind}/{name}", "DELETED", Copy(gone));
    }

    private void Put(string kind, JsonObject item, string type)
    {
        string key = $"{kind}/{NameOf(item)}";
        _objects[key] = item;
        Tell(key, type, item);
    }

    private void Tell(string key, string type, JsonObject item)
    {
        item["metadata"]!["resourceVersion"] = Text(++_version);
        _history.Add((_version, key, type, Copy(item)));
        foreach (Channel<JsonObject> watch in _watches)
            watch.Writer.TryWrite(new JsonObject { ["key"] = key, ["type"] = type, ["object"] = Copy(item) });
    }

    private static async Task ForwardAsync(
        ChannelReader<JsonObject> all, ChannelWriter<JsonObject> own, string kind, Func<JsonObject, bool> selector)
    {
        await foreach (JsonObject change in all.ReadAllAsync())
        {
            JsonObject item = change["object"]!.AsObject();
            if (((string)change["key"]!).StartsWith(kind + "/", StringComparison.Ordinal) && selector(item))
                own.TryWrite(new JsonObject { ["type"] = (string)change["type"]!, ["object"] = Copy(item) });
        }
        own.TryComplete();
    }
}
