using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Inference;

namespace DaprHep.Serving.Catalogue;

/// <summary>A name with its versions, and which of them answer.</summary>
public sealed record ServedModel
{
    /// <summary>So many versions are kept; more only while they answer.</summary>
    public const int KeptVersions = 5;

    private const int KeptPromotions = 50;

    /// <summary>The name in the address.</summary>
    public required string Name { get; init; }

    /// <summary>The versions, oldest first.</summary>
    public IReadOnlyList<ModelVersion> Versions { get; init; } = [];

    /// <summary>The versions that were served one after the other; the last one is served now.</summary>
    public IReadOnlyList<string> Served { get; init; } = [];

    /// <summary>The version that some of the events go to; null for none.</summary>
    public CanaryRoute? Canary { get; init; }

    /// <summary>The version that sees all events and whose answers are only compared; null for none.</summary>
    public string? Shadow { get; init; }

    /// <summary>What came of promotions, oldest first; one of the same run is found here.</summary>
    public IReadOnlyList<PromotionRecord> Promotions { get; init; } = [];

    /// <summary>The number of the newest version.</summary>
    public int LastNumber { get; init; }

    /// <summary>The version that is served; null before the first.</summary>
    public string? Serving => Served.Count > 0 ? Served[^1] : null;

    /// <summary>A version by its name; null where it is not kept.</summary>
    public ModelVersion? Find(string? version) => Versions.FirstOrDefault(kept => kept.Version == version);

    /// <summary>Adds a version under the next number.</summary>
    public ServedModel Add(ModelVersion version)
    {
        int number = LastNumber + 1;
        return this with { LastNumber = number, Versions = [.. Versions, version with { Version = $"v{number}" }] };
    }

    /// <summary>Lets a version answer from now on; a canary or shadow that it was ends.</summary>
    public ServedModel Serve(string version) => (this with
    {
        Served = Serving == version ? Served : [.. Served, version],
        Canary = Canary?.Version == version ? null : Canary,
        Shadow = Shadow == version ? null : Shadow,
    }).Pruned();

    /// <summary>Lets the version answer that was served before, and ends the canary, and a shadow that it was; null where there is none.</summary>
    public ServedModel? RollBack() => Served.Count < 2 ? null : this with
    {
        Served = [.. Served.SkipLast(1)],
        Canary = null,
        Shadow = Shadow == Served[^2] ? null : Shadow,
    };

    /// <summary>Notes what came of a promotion.</summary>
    public ServedModel Note(PromotionRecord promotion) =>
        this with { Promotions = [.. Promotions.Append(promotion).TakeLast(KeptPromotions)] };

    /// <summary>Forgets the oldest versions that nobody needs.</summary>
    public ServedModel Pruned()
    {
        HashSet<string?> needed = [.. Served.TakeLast(2), Canary?.Version, Shadow];
        int surplus = Versions.Count - KeptVersions;
        ModelVersion[] kept = [.. Versions.Where((version, index) => index >= surplus || needed.Contains(version.Version))];
        return this with { Versions = kept, Served = [.. Served.Where(served => kept.Any(version => version.Version == served))] };
    }
}

/// <summary>A version that some of the events go to.</summary>
/// <param name="Version">The version.</param>
/// <param name="Percent">The share of the events, by the hash of their ids.</param>
public sealed record CanaryRoute(string Version, double Percent);

/// <summary>One version of a served model.</summary>
/// <param name="Version">Its name, <c>v1</c>, <c>v2</c> and so on.</param>
/// <param name="Model">Prefix of its objects in the store.</param>
/// <param name="DescriptionSha256">SHA-256 of <c>model.json</c>, lower-case hexadecimal; a file that has another one is refused.</param>
/// <param name="WeightsSha256">SHA-256 of <c>model.safetensors</c>, likewise.</param>
/// <param name="Run">The run that trained it.</param>
/// <param name="AddedAt">When it became a version.</param>
/// <param name="Gate">Key of the object with the figures of its gate.</param>
/// <param name="Metrics">How well it did on the test events of its run; null where that is not known.</param>
/// <param name="Input">What its events must have.</param>
public sealed record ModelVersion(
    string Version,
    string Model,
    string DescriptionSha256,
    string WeightsSha256,
    string Run,
    DateTimeOffset AddedAt,
    string Gate,
    ClassificationMetrics? Metrics,
    VersionInput Input)
{
    /// <summary>Whether another is this version with these files.</summary>
    public bool IsSame(ModelVersion other) => other.Version == Version && other.DescriptionSha256 == DescriptionSha256;
}

/// <summary>What events must have for a version.</summary>
/// <param name="Physics">The physics profile of their values; null where the model does not say.</param>
/// <param name="Hlf">Whether it reads the high-level features.</param>
/// <param name="Particles">Whether it reads the particles.</param>
public sealed record VersionInput(string? Physics, bool Hlf, bool Particles)
{
    /// <summary>What a model reads.</summary>
    public static VersionInput Of(Predictor predictor) =>
        new(predictor.Description.Physics, predictor.ReadsHlf, predictor.ReadsParticles);

    /// <summary>Why events that are sent for another version won't do for this one; null where they will.</summary>
    public string? Misses(VersionInput other) =>
        Physics != other.Physics ? $"it takes {Physics ?? "unknown"} values, and callers send {other.Physics ?? "unknown"} ones"
        : Hlf && !other.Hlf ? "it reads high-level features, which callers need not send"
        : Particles && !other.Particles ? "it reads particles, which callers need not send"
        : null;
}

/// <summary>What came of the promotion that a run asked for.</summary>
/// <param name="Run">The run.</param>
/// <param name="Model">Prefix of its model's objects.</param>
/// <param name="Version">The version that it became.</param>
/// <param name="Served">Whether it passed the gate.</param>
/// <param name="Against">The version it was compared with.</param>
/// <param name="Reasons">Why it was refused.</param>
/// <param name="Gate">Key of the object with the figures.</param>
public sealed record PromotionRecord(
    string Run, string Model, string Version, bool Served, string? Against, IReadOnlyList<string> Reasons, string Gate);
