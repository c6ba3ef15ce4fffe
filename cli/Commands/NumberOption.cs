using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace DaprHep.Cli.Commands;

/// <summary>Options that take a number within bounds and say so in one line.</summary>
internal static class NumberOption
{
    /// <summary>An option with a default.</summary>
    public static Option<T> Create<T>(string name, string description, T standard, T minimum, T? maximum = null)
        where T : struct, INumber<T> => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => standard,
        CustomParser = result => Parse(result.Tokens[0].Value, name, minimum, maximum, result.AddError) ?? standard,
    };

    /// <summary>An option that must be given.</summary>
    public static Option<T> Required<T>(string name, string description, T minimum, T maximum)
        where T : struct, INumber<T> => new(name)
    {
        Description = description,
        HelpName = "N",
        Required = true,
        CustomParser = result => Parse(result.Tokens[0].Value, name, minimum, maximum, result.AddError) ?? minimum,
    };

    /// <summary>An option that may be left out.</summary>
    public static Option<T?> Optional<T>(string name, string description, T minimum, T? maximum = null)
        where T : struct, INumber<T> => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => Parse(result.Tokens[0].Value, name, minimum, maximum, result.AddError),
    };

    /// <summary>A positive number that may be left out.</summary>
    public static Option<double?> Positive(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "X",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value > 0 && double.IsFinite(value))
                return value;
            result.AddError($"{name} {text}: expected a positive number");
            return null;
        },
    };

    private static T? Parse<T>(string text, string name, T minimum, T? maximum, Action<string> addError)
        where T : struct, INumber<T>
    {
        if (T.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out T value) && value >= minimum && (maximum is null || value <= maximum))
            return value;
        addError($"{name} {text}: expected a whole number {(maximum is null ? $"of at least {minimum}" : $"from {minimum} to {maximum}")}");
        return null;
    }
}
