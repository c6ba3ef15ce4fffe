using System.Text.Json.Serialization;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Checkpoints;

/// <summary>
/// Where training stands, apart from the tensors. What is drawn at random needs no place here: the order of events depends on seed and
/// epoch, what is dropped on seed and step, how an event is augmented on seed, epoch and event.
/// </summary>
internal sealed class TrainingState
{
    /// <summary>Epochs that are done.</summary>
    public int Epoch { get; set; }

    /// <summary>Batches that are done in the epoch after those.</summary>
    public int Batch { get; set; }

    /// <summary>Sum of the losses of that epoch's events so far.</summary>
    public double LossSum { get; set; }

    /// <summary>One report for each epoch that is done.</summary>
    public List<EpochReport> Reports { get; init; } = [];

    /// <summary>The epoch, from 1, after which the watched figure was best; 0 where none is watched yet.</summary>
    public int BestEpoch { get; set; }

    /// <summary>That figure, smaller being better.</summary>
    public double BestFigure { get; set; }

    /// <summary>Looks at the epoch that has just ended.</summary>
    /// <param name="figure">What is watched.</param>
    /// <param name="heldBack">How well the model does on the events held back.</param>
    /// <returns>Whether it is the best so far.</returns>
    public bool IsBest(StoppingFigure figure, Judgement heldBack)
    {
        var found = figure == StoppingFigure.Auc ? -heldBack.Auc!.Value : heldBack.Loss;
        if (BestEpoch > 0 && !(found < BestFigure))
            return false;
        (BestEpoch, BestFigure) = (Epoch, found);
        return true;
    }

    /// <summary>Whether early stopping ends the training here.</summary>
    /// <param name="patience">Epochs to wait for a better one; 0 for ever.</param>
    public bool HasStoppedImproving(int patience) => patience > 0 && BestEpoch > 0 && Epoch - BestEpoch >= patience;
}

/// <summary>What is written as JSON beside a checkpoint's tensors.</summary>
internal sealed record CheckpointRecord
{
    /// <summary>The version of this layout that is written and read.</summary>
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>Counts the checkpoints of a training; the newest has the largest.</summary>
    public required long Number { get; init; }

    /// <summary>Steps that the optimizer has taken.</summary>
    public required long Steps { get; init; }

    /// <summary>What the loss is scaled by, in mixed precision.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LossScaleState? LossScale { get; init; }

    /// <summary>Which training it is of.</summary>
    public required TrainingIdentity Training { get; init; }

    public required TrainingState State { get; init; }

    /// <summary>SHA-256 of the tensors' file followed by this record with an empty digest, lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }
}

/// <summary>How checkpoints are written as JSON. Numbers keep all their bits.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    NewLine = "\n",
    UseStringEnumConverter = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CheckpointRecord))]
[JsonSerializable(typeof(TrainingOptions))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
