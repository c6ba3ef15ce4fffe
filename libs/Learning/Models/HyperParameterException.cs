namespace DaprHep.Learning.Models;

/// <summary>A hyper-parameter is unknown, or its value makes no sense.</summary>
public sealed class HyperParameterException : Exception
{
    /// <summary>Reports a wrong value.</summary>
    /// <param name="name">The hyper-parameter.</param>
    /// <param name="problem">What was expected and found.</param>
    public HyperParameterException(string name, string problem)
        : base($"Hyper-parameter '{name}': {problem}")
    {
        Name = name;
        Problem = problem;
    }

    /// <summary>The hyper-parameter.</summary>
    public string Name { get; }

    /// <summary>What was expected and found.</summary>
    public string Problem { get; }

    /// <summary>Reports a name that nobody takes.</summary>
    internal static HyperParameterException Unknown(string name, string owner, IEnumerable<HyperParameter> declared)
    {
        var names = string.Join(", ", declared.Select(parameter => parameter.Name));
        return new HyperParameterException(name, $"{owner} does not take it; it takes {(names.Length > 0 ? names : "none")}");
    }
}
