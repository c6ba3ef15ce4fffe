using System.Text.RegularExpressions;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;

namespace DaprHep.Data.Collection;

/// <summary>The objects of one content name: a dataset, a model, a plan, or one document.</summary>
/// <param name="Name">For instance <c>events/3f…</c>; of checkpoints, that of what they are of, after <c>checkpoints/</c>.</param>
/// <param name="Objects">Its objects, by key.</param>
public sealed partial record ObjectGroup(string Name, IReadOnlyList<ObjectEntry> Objects)
{
    // Derived before what it is derived from, so that nothing ever refers to what has gone.
    private static readonly string[] StepsInOrderOfDeletion =
        ["gates", "evaluations", "checkpoints", "studies", "models", "training", ScatteredEvents.Step, "statistics", "events", "plans"];

    // Its presence commits the others, so it goes first.
    private static readonly string[] Commits = ["manifest.json", "model.json", "plan.json", "index.bin"];

    /// <summary>The step that made it.</summary>
    public string Step => Name[..Name.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>Size of its objects.</summary>
    public long Bytes => Objects.Sum(entry => entry.Bytes);

    /// <summary>When the last of its objects was written.</summary>
    public DateTimeOffset Modified => Objects.Max(entry => entry.Modified);

    /// <summary>Its place in the order of deletion.</summary>
    internal int Rank => Array.IndexOf(StepsInOrderOfDeletion, Step);

    /// <summary>Its objects, the one that commits it first.</summary>
    public IEnumerable<ObjectEntry> InOrderOfDeletion =>
        Objects.OrderBy(entry => Commits.Contains(entry.Key[(entry.Key.LastIndexOf('/') + 1)..]) ? 0 : 1);

    /// <summary>The name of the group that an object belongs to; null for one that is not named by content, and so not for collection.</summary>
    public static string? NameOf(string key)
    {
        Match match = ContentKey().Match(key);
        string name = match.Groups["name"].Value;
        return match.Success && StepsInOrderOfDeletion.Contains(name[..name.IndexOf('/', StringComparison.Ordinal)]) ? name : null;
    }

    /// <summary>The content names in a document.</summary>
    internal static IEnumerable<string> NamesIn(string document) => ContentName().Matches(document).Select(match => match.Value);

    [GeneratedRegex(@"^(?<name>(checkpoints/)?[a-z]+/[0-9a-f]{32})(/|\.json$)", RegexOptions.ExplicitCapture)]
    private static partial Regex ContentKey();

    [GeneratedRegex("[a-z]+/[0-9a-f]{32}")]
    private static partial Regex ContentName();
}
