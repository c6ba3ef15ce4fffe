namespace DaprHep.Serving.Catalogue;

/// <summary>Which models are served. A revision is never changed; the newest one holds.</summary>
/// <param name="Revision">Counts from 1; 0 for a store in which nothing was ever served.</param>
/// <param name="Models">The models by name, in ordinal order.</param>
public sealed record ServingCatalogue(long Revision, IReadOnlyList<ServedModel> Models)
{
    /// <summary>So many names are kept at most.</summary>
    public const int MostModels = 100;

    /// <summary>What a new store holds.</summary>
    public static ServingCatalogue Empty { get; } = new(0, []);

    /// <summary>A model by its name; null where there is none.</summary>
    public ServedModel? Find(string name) => Models.FirstOrDefault(model => model.Name == name);

    /// <summary>The catalogue with a model added, or in place of the one of its name.</summary>
    public ServingCatalogue With(ServedModel model) => this with
    {
        Models = [.. Models.Where(other => other.Name != model.Name).Append(model).OrderBy(other => other.Name, StringComparer.Ordinal)],
    };
}
