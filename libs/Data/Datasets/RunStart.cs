using System.Text.Json.Serialization;
using DaprHep.Data.Objects;

namespace DaprHep.Data.Datasets;

/// <summary>
/// The sign that a run has begun, and with which plan: the first object of its record, <c>runs/RUN/started.json</c>. A run that finds all its
/// data in the store writes nothing else before its report, so this is what tells the collection of garbage of it.
/// </summary>
/// <param name="Plan">Key of the plan that the run carries out.</param>
/// <param name="Started">When (UTC).</param>
public sealed record RunStart(string Plan, DateTimeOffset Started)
{
    /// <summary>Name of the object that a run writes last, beside its sign: what was done, from which files, with what.</summary>
    public const string RecordName = "run.json";

    private const string Runs = "runs/";
    private const string Name = "/started.json";

    /// <summary>Writes the sign. It comes before the run looks for anything that it needs.</summary>
    /// <exception cref="ObjectStoreException">The store can't be written.</exception>
    public static Task WriteAsync(ObjectStore store, string run, string plan, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.WriteJsonAsync($"{Runs}{run}{Name}", new RunStart(plan, DateTimeOffset.UtcNow), RunStartJson.Default.RunStart, cancellation);
    }

    /// <summary>Whether an object is such a sign.</summary>
    internal static bool IsAt(string key) =>
        key.StartsWith(Runs, StringComparison.Ordinal) && key.EndsWith(Name, StringComparison.Ordinal);

    /// <summary>Key of the record that a run with this sign writes last.</summary>
    internal static string RecordOf(string sign) => $"{sign[..^Name.Length]}/{RecordName}";

    /// <summary>The signs of all runs of a store.</summary>
    internal static IAsyncEnumerable<ObjectEntry> ListAsync(ObjectStore store, CancellationToken cancellation) =>
        store.ListAsync(Runs, cancellation).Where(entry => IsAt(entry.Key));
}

/// <summary>JSON of the sign of a run.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RunStart))]
internal sealed partial class RunStartJson : JsonSerializerContext;
