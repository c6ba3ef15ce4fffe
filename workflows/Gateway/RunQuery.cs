using System.Globalization;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Gateway;

/// <summary>Which runs a caller wants to see: <c>GET /runs?status=running&amp;model=hlf&amp;text=wjets&amp;changed=…&amp;skip=100&amp;limit=100</c>.</summary>
internal sealed record RunQuery
{
    /// <summary>So many runs are listed where the caller does not say.</summary>
    public const int Usual = 100;

    /// <summary>So many may be asked for.</summary>
    public const int Most = 20_000;

    private const int LongestText = 200;

    /// <summary>Only runs of this state.</summary>
    public string? Status { get; private init; }

    /// <summary>Only runs of this model.</summary>
    public string? Model { get; private init; }

    /// <summary>Only runs that have every one of these words in their name, model, classes, state, step, error or promotion.</summary>
    public IReadOnlyList<string> Words { get; private init; } = [];

    /// <summary>Only runs that have changed after the list with this revision; null for all.</summary>
    public string? Changed { get; private init; }

    /// <summary>So many of the newest are left out.</summary>
    public int Skip { get; private init; }

    /// <summary>So many at most.</summary>
    public int Limit { get; private init; } = Usual;

    /// <summary>Reads a query; what is wrong with it is added to <paramref name="errors"/> by name.</summary>
    public static RunQuery Read(IQueryCollection query, Dictionary<string, string[]> errors)
    {
        string text = query["text"].ToString();
        if (text.Length > LongestText)
            errors["text"] = [$"expected at most {LongestText} characters, found {text.Length}"];
        return new RunQuery
        {
            Status = Text("status"),
            Model = Text("model"),
            Words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Changed = Text("changed"),
            Skip = Number("skip", 0, 0, int.MaxValue),
            Limit = Number("limit", Usual, 1, Most),
        };

        string? Text(string name) => query[name].ToString() is { Length: > 0 } value ? value : null;

        int Number(string name, int usual, int least, int most)
        {
            string given = query[name].ToString();
            if (given.Length == 0)
                return usual;
            if (int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most)
                return value;
            errors[name] = [$"expected a whole number from {least} to {most}, found '{given}'"];
            return usual;
        }
    }

    /// <summary>Whether a run is one of those.</summary>
    public bool Has(RunState run) =>
        (Status is null || run.Status == Status)
        && (Model is null || run.Model == Model)
        && Words.All(word => Texts(run).Any(text => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true));

    private static IEnumerable<string?> Texts(RunState run) =>
        [run.Run, run.Model, run.Physics, run.Status, run.Step, run.Error, run.Waiting, run.Result?.Promotion?.Name, .. run.Classes ?? []];
}
