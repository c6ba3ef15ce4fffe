namespace DaprHep.Learning.Models;

/// <summary>A model was asked for by a name that nothing is registered under.</summary>
public sealed class UnknownModelException : Exception
{
    /// <summary>Reports an unknown name.</summary>
    /// <param name="name">The name asked for.</param>
    /// <param name="known">The names there are.</param>
    public UnknownModelException(string name, IEnumerable<string> known)
        : base($"There is no model '{name}'; choose one of: {string.Join(", ", known)}") => Name = name;

    /// <summary>The name asked for.</summary>
    public string Name { get; }
}
