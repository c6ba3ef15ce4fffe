using Dapr.Workflow.Tests;

namespace DaprHep.DevSidecar.Tests;

/// <summary>Plays captured traffic against the sidecar: its own of an earlier time, and the real runtime's but for that one's faults.</summary>
public class CapturedSidecarTests
{
    /// <summary>
    /// Scenarios in which the runtime does what this sidecar does not, and why;
    /// <see cref="RuntimeFaultTests"/> says what ours does instead.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, string> NotPlayed = new Dictionary<string, string>
    {
        ["raw_no_type_action"] = "an action without a type crashes the runtime",
        ["raw_send_event_action"] = "the runtime repeats a turn that sends an event for ever",
        ["raw_detached_action"] = "the runtime repeats a turn that makes a detached workflow for ever",
        ["multi_target_never"] = "an app that never comes blocks the calling workflow, its timers and its termination for ever",
        ["multi_x_policy"] = "access policies, which deny every call between apps where there is no mTLS",
    };

    // What timing decided in the runtime is not compared.
    private static readonly Dictionary<string, CapturedPlayOptions> Options = new()
    {
        ["own_fanout"] = new(GathersResults: true),
        ["fanout16"] = new(GathersResults: true),
        ["multi_event_back"] = new(GathersResults: true),
        ["multi_fanout16"] = new(GathersResults: true),
        ["multi_replicas_ingest"] = new(GathersResults: true),
        ["multi_replicas_ingest_kill"] = new(GathersResults: true),
        ["multi_replicas_ingest_term"] = new(GathersResults: true),
        ["raw_deliver_order"] = new(GathersResults: true),
        ["raw_tokens_and_ids"] = new(GathersResults: true),
        ["raw_two_workers"] = new(GathersResults: true),
        ["multi_target_late"] = new(RepeatsTurns: true),
        ["multi_x_stores"] = new(RepeatsTurns: true),
        ["daprd_kill"] = new(RestartsSidecar: true),
    };

    public static TheoryData<string> Scenarios() =>
        [.. CapturedTraffic.Scenarios().Where(s => !NotPlayed.ContainsKey(s))];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public Task The_sidecar_says_what_the_captured_one_said(string scenario) => CapturedPlay.RunAsync(
        CapturedTraffic.FileOf(scenario), Options.GetValueOrDefault(scenario) ?? new CapturedPlayOptions());
}
