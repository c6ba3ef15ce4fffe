using System.Globalization;
using System.Text.RegularExpressions;
using DaprHep.WorkflowProtocol;

namespace DaprHep.DevSidecar;

/// <summary>What the real runtime's <c>Configuration</c> says under <c>spec.workflow</c>; here it is the same for all apps.</summary>
public sealed partial record WorkflowConfiguration
{
    /// <summary>Turns that one node's workers have at a time; no bound where it is null.</summary>
    public int? MaxConcurrentWorkflowInvocations { get; init; }

    /// <summary>Activities that one node's workers have at a time, whoever called them; no bound where it is null.</summary>
    public int? MaxConcurrentActivityInvocations { get; init; }

    /// <summary>
    /// How long an ended instance is kept, by <c>completed</c>, <c>failed</c>, <c>terminated</c>, or <c>anyTerminal</c> for those not named;
    /// for ever where nothing is said.
    /// </summary>
    public IReadOnlyDictionary<string, TimeSpan> StateRetentionPolicy { get; init; } = new Dictionary<string, TimeSpan>();

    /// <summary>Reads a policy: <c>completed=2h30m,anyTerminal=48h</c>, with Go's durations (h, m, s, ms).</summary>
    /// <exception cref="FormatException">A key is unknown or a duration malformed; the message says which.</exception>
    public static IReadOnlyDictionary<string, TimeSpan> ParseRetention(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var policy = new Dictionary<string, TimeSpan>();
        foreach (var part in text.Split(','))
        {
            var (key, value) = part.Split('=', 2) is [var k, var v] ? (k, v) : (part, "");
            if (key is not ("anyTerminal" or "completed" or "failed" or "terminated"))
                throw new FormatException($"'{key}' is not one of anyTerminal, completed, failed, terminated.");
            var match = Duration().Match(value);
            policy[key] = match.Success && value.Length > 0
                ? TimeSpan.FromSeconds((Part("h") * 3600) + (Part("m") * 60) + Part("s") + (Part("ms") / 1000))
                : throw new FormatException($"{key} is '{value}'; expected a duration such as 48h, 2h30m or 500ms.");

            double Part(string unit) => match.Groups[unit] is { Success: true } group
                ? double.Parse(group.ValueSpan, CultureInfo.InvariantCulture)
                : 0;
        }

        return policy;
    }

    /// <summary>How long an instance of that end is kept; null for ever.</summary>
    internal TimeSpan? KeptFor(OrchestrationStatus end)
    {
        var key = end switch
        {
            OrchestrationStatus.Completed => "completed",
            OrchestrationStatus.Failed => "failed",
            OrchestrationStatus.Terminated => "terminated",
            _ => "anyTerminal",
        };
        return StateRetentionPolicy.TryGetValue(key, out var own) || StateRetentionPolicy.TryGetValue("anyTerminal", out own) ? own : null;
    }

    [GeneratedRegex(@"^((?<h>[\d.]{1,9})h)?((?<m>[\d.]{1,9})m)?((?<s>[\d.]{1,9})s)?((?<ms>[\d.]{1,9})ms)?$")]
    private static partial Regex Duration();
}
