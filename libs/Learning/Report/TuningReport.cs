using System.Globalization;
using DaprHep.Learning.Models;
using DaprHep.Learning.Tuning;

namespace DaprHep.Learning.Report;

/// <summary>What the report shows of a search for hyper-parameters.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Algorithm">How points were chosen, e.g. <c>asha</c>.</param>
/// <param name="Axes">What was searched.</param>
/// <param name="Trials">The points and what came of them.</param>
/// <param name="Results">The results in the order in which they came.</param>
/// <param name="EpochsSpent">Epochs of all trials together.</param>
public sealed record TuningReport(
    string Model, string Algorithm, IReadOnlyList<TuningAxis> Axes, IReadOnlyList<TuningTrial> Trials,
    IReadOnlyList<TuningResult> Results, int EpochsSpent)
{
    private const int MostMarks = 8;

    /// <summary>The trial with the largest area under the ROC curve; null if none has one.</summary>
    public TuningTrial? Best => Trials.Where(trial => trial.Auc is not null).OrderByDescending(trial => trial.Auc).ThenBy(trial => trial.Id)
        .FirstOrDefault();

    /// <summary>The report of a study.</summary>
    public static TuningReport Of(Study study)
    {
        var spent = 0;
        var results = study.Trials
            .SelectMany(trial => trial.Rungs.Select((rung, i) => (Rung: rung, Before: i > 0 ? trial.Rungs[i - 1] : null)))
            .Where(step => step.Rung.Order is not null).OrderBy(step => step.Rung.Order).Select(step =>
            {
                spent += step.Rung.Folds.Count * (step.Rung.Epochs - (step.Before?.Epochs ?? 0));
                return new TuningResult(spent, step.Rung.Auc!.Value);
            }).ToArray();
        return new TuningReport(
            study.Options.Model,
            study.Options.Algorithm.ToString().ToLowerInvariant(),
            [.. study.Space.Dimensions.Select(AxisOf)],
            [.. study.Trials.Select(trial => TrialOf(study, trial))],
            results,
            study.EpochsSpent);
    }

    private static TuningAxis AxisOf(SearchDimension dimension)
    {
        var all = dimension.Count is { } count && (count <= MostMarks || !dimension.IsOrdered);
        var values = all
            ? Enumerable.Range(0, dimension.Count!.Value).Select(dimension.Item)
            : new[] { 0, 0.25, 0.5, 0.75, 1 }.Select(dimension.At);
        return new TuningAxis(dimension.Field, [.. values.Select(value => new TuningMark(dimension.PlaceOf(value), Text(value)))]);
    }

    private static TuningTrial TrialOf(Study study, Trial trial)
    {
        var values = study.Space.PointOf(trial.Parameters);
        return new TuningTrial(
            trial.Id,
            trial.Failure,
            [.. values.Select((value, d) => study.Space.Dimensions[d].PlaceOf(value))],
            [.. values.Select(Text)],
            trial.Best?.Epochs ?? 0,
            trial.Auc,
            trial.Seconds);
    }

    private static string Text(HyperParameterValue value) => value switch
    {
        { Number: { } number } => number.ToString("G4", CultureInfo.InvariantCulture),
        { Text: { } text } => text,
        _ => string.Join('-', value.Items!.Select(Text)),
    };
}

/// <summary>Something searched.</summary>
/// <param name="Name">Its name, e.g. <c>hidden[1]</c>.</param>
/// <param name="Marks">Some or all of its values.</param>
public sealed record TuningAxis(string Name, IReadOnlyList<TuningMark> Marks);

/// <summary>A value on an axis.</summary>
/// <param name="Place">From 0 to 1.</param>
/// <param name="Label">The value as text.</param>
public readonly record struct TuningMark(double Place, string Label);

/// <summary>One point and what came of it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Failure">Why it failed; null if it did not.</param>
/// <param name="Places">Where it lies on each axis, from 0 to 1.</param>
/// <param name="Values">Its values as text, by axis.</param>
/// <param name="Epochs">Epochs after which it was best.</param>
/// <param name="Auc">Mean area under the ROC curve then, of the events held back; null without a result.</param>
/// <param name="Seconds">How long it took, in s.</param>
public sealed record TuningTrial(
    int Id, string? Failure, IReadOnlyList<double> Places, IReadOnlyList<string> Values, int Epochs, double? Auc, double Seconds);

/// <summary>A result.</summary>
/// <param name="EpochsSpent">Epochs of all results up to this one.</param>
/// <param name="Auc">Mean area under the ROC curve of the events held back.</param>
public readonly record struct TuningResult(int EpochsSpent, double Auc);
