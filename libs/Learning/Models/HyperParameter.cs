using System.Globalization;

namespace DaprHep.Learning.Models;

/// <summary>A hyper-parameter that a model or the training takes: its name, its default and which values make sense.</summary>
public sealed class HyperParameter
{
    private readonly string _expected;
    private readonly Func<HyperParameterValue, bool> _fits;

    private HyperParameter(string name, HyperParameterValue standard, string expected, Func<HyperParameterValue, bool> fits)
    {
        Name = name;
        Default = standard;
        _expected = expected;
        _fits = fits;
    }

    /// <summary>Its name, in snake_case.</summary>
    public string Name { get; }

    /// <summary>The value taken where none is given.</summary>
    public HyperParameterValue Default { get; }

    /// <summary>A whole number.</summary>
    public static HyperParameter Whole(string name, int standard, int least, int most) =>
        new(name, standard, $"a whole number from {least} to {most}", value => IsWhole(value, least, most));

    /// <summary>A number of a closed range.</summary>
    public static HyperParameter Real(string name, double standard, double least, double most) => new(
        name, standard, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"),
        value => value.Number is { } number && number >= least && number <= most);

    /// <summary>A list of whole numbers, such as the widths of layers.</summary>
    public static HyperParameter Wholes(string name, IReadOnlyList<int> standard, int least, int most, int longest) => new(
        name, standard.ToArray(), $"a list of at most {longest} whole numbers from {least} to {most}",
        value => value.Items is { } items && items.Count <= longest && items.All(item => IsWhole(item, least, most)));

    /// <summary>One of some words.</summary>
    public static HyperParameter OneOf(string name, string standard, IReadOnlyList<string> words) =>
        new(name, standard, $"one of {string.Join(", ", words)}", value => value.Text is { } text && words.Contains(text));

    /// <summary>One of some words, or a list of so many numbers of a closed range.</summary>
    public static HyperParameter OneOfOrReals(
        string name, string standard, IReadOnlyList<string> words, int count, double least, double most) => new(
        name, standard,
        string.Create(
            CultureInfo.InvariantCulture, $"one of {string.Join(", ", words)}, or a list of {count} numbers from {least} to {most}"),
        value => value.Text is { } text && words.Contains(text)
            || value.Items is { } items && items.Count == count
            && items.All(item => item.Number is { } number && number >= least && number <= most));

    /// <summary>True or false.</summary>
    public static HyperParameter Flag(string name, bool standard) => new(name, standard, "true or false", value => value.Flag is not null);

    /// <summary>Makes sure that a value makes sense.</summary>
    /// <exception cref="HyperParameterException">It does not.</exception>
    public void Check(HyperParameterValue value)
    {
        if (!_fits(value))
            throw new HyperParameterException(Name, $"expected {_expected}, found {value}");
    }

    /// <summary>The given values, checked, with defaults for those that are not given.</summary>
    /// <param name="owner">Who takes them, for errors.</param>
    /// <param name="declared">What the owner takes.</param>
    /// <param name="given">What it is given.</param>
    /// <exception cref="HyperParameterException">A name is unknown or a value makes no sense.</exception>
    internal static HyperParameters Complete(string owner, IReadOnlyList<HyperParameter> declared, HyperParameters given)
    {
        foreach (var name in given.Names)
        {
            var parameter = declared.FirstOrDefault(parameter => parameter.Name == name)
                ?? throw HyperParameterException.Unknown(name, owner, declared);
            parameter.Check(given[name]!);
        }

        return new(declared.Select(parameter => KeyValuePair.Create(parameter.Name, given[parameter.Name] ?? parameter.Default)));
    }

    private static bool IsWhole(HyperParameterValue value, int least, int most) =>
        value.Number is { } number && number == Math.Floor(number) && number >= least && number <= most;
}
