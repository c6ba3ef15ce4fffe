using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DaprHep.Learning.Models;

namespace DaprHep.Learning.Tuning;

/// <summary>The layout of <c>trials.json</c>.</summary>
internal static class StudyFile
{
    private const int CurrentFormat = 1;

    internal static byte[] Write(Study study) => JsonSerializer.SerializeToUtf8Bytes(
        new Document(CurrentFormat, study.Options, study.Space.Json, study.Trials)
        {
            Best = study.Best is { } best ? new BestTrial(best.Id, best.Auc!.Value, study.BestParameters!) : null,
            EpochsSpent = study.EpochsSpent,
        },
        StudyJson.Default.Document);

    /// <exception cref="StudyFormatException">It is malformed or contradicts itself.</exception>
    internal static (StudyOptions Options, SearchSpace Space, IReadOnlyList<Trial> Trials) Read(ReadOnlySpan<byte> json, string source)
    {
        Document? document;
        try
        {
            document = JsonSerializer.Deserialize(json, StudyJson.Default.Document);
        }
        catch (JsonException e)
        {
            throw new StudyFormatException($"{source} is malformed at {e.Path ?? "its beginning"}: {e.Message}", e);
        }

        if (document is null)
            throw new StudyFormatException($"{source} is null");
        if (document.Format != CurrentFormat)
            throw new StudyFormatException($"{source} has format {document.Format}; this version reads {CurrentFormat}");
        try
        {
            var space = SearchSpaceReader.Read(document.Space.ToJsonString(), source);
            var study = new Study(document.Options, space);
            for (var i = 0; i < document.Trials.Count; i++)
                Check(study, document.Trials[i], i);
            // Results are numbered in the order in which they came.
            var orders = document.Trials.SelectMany(trial => trial.Rungs).Select(rung => rung.Order).OfType<int>().Order();
            if (!orders.SequenceEqual(Enumerable.Range(0, orders.Count())))
                throw new StudyFormatException("$.trials: the orders of the rungs do not count results");
            return (document.Options, space, document.Trials);
        }
        catch (Exception e) when (e is SearchSpaceException or UnknownModelException or HyperParameterException or StudyFormatException
            or ArgumentOutOfRangeException)
        {
            throw new StudyFormatException($"{source} contradicts itself: {e.Message}", e);
        }
    }

    private static void Check(Study study, Trial? trial, int index)
    {
        var where = $"$.trials[{index}]";
        Demand(trial?.Rungs.TrueForAll(rung => rung?.Folds.TrueForAll(fold => fold is not null) == true) == true, where, "holds a null");
        Demand(trial!.Id == index && index < study.MostTrials, where, "trials are not numbered from 0, or too many");
        Demand(study.Space.Holds(trial.Parameters), where, "parameters are not of the space");
        var epochs = study.RungsOf(trial.Parameters);
        Demand(trial.Rungs.Count >= 1 && trial.Rungs.Count <= epochs.Length, where, "has too many rungs or none");
        for (var r = 0; r < trial.Rungs.Count; r++)
        {
            var rung = trial.Rungs[r];
            var at = $"{where}.rungs[{r}]";
            Demand(rung.Epochs == epochs[r], at, $"has {rung.Epochs} epochs, not {epochs[r]}");
            Demand(rung.Folds.Count == study.Options.Folds, at, $"has {rung.Folds.Count} folds, not {study.Options.Folds}");
            Demand(rung.Auc is null == rung.Order is null, at, "has a mean without an order, or an order without a mean");
            var isComplete = rung.Folds.TrueForAll(fold => fold is { State: FoldState.Done, Auc: not null });
            Demand(rung.Auc is null || isComplete, at, "has a mean and is not complete");
            Demand(rung.Auc is not null || r == trial.Rungs.Count - 1, at, "is not complete, and there is one after it");
        }

        var isReached = trial.Rungs[^1].Auc is not null;
        Demand(
            trial.State switch
            {
                TrialState.Running => !isReached,
                TrialState.Paused => isReached && trial.Rungs.Count < epochs.Length,
                TrialState.Completed => isReached && trial.Rungs.Count == epochs.Length,
                _ => !isReached && trial.Failure is not null,
            },
            where,
            $"is not {trial.State.ToString().ToLowerInvariant()}");
    }

    private static void Demand(bool holds, string where, string problem)
    {
        if (!holds)
            throw new StudyFormatException($"{where}: {problem}");
    }

    /// <summary>What the file holds.</summary>
    internal sealed record Document(int Format, StudyOptions Options, JsonObject Space, IReadOnlyList<Trial> Trials)
    {
        /// <summary>For whoever reads the file; it follows from the trials.</summary>
        public BestTrial? Best { get; init; }

        /// <summary>Likewise.</summary>
        public int EpochsSpent { get; init; }
    }

    internal sealed record BestTrial(int Trial, double Auc, HyperParameters Parameters);
}

/// <summary>A file of trials is malformed or contradicts itself.</summary>
public sealed class StudyFormatException : Exception
{
    /// <summary>Reports what is wrong.</summary>
    /// <param name="message">What and where.</param>
    /// <param name="cause">The parser's own complaint, if any.</param>
    public StudyFormatException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}

/// <summary>How studies are written as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    NewLine = "\n",
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(StudyFile.Document))]
internal sealed partial class StudyJson : JsonSerializerContext;
