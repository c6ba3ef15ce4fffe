using System.Globalization;

namespace DaprHep.Learning.Training;

/// <summary>The loss is no longer a number: no weight is worth keeping.</summary>
public sealed class TrainingDivergedException : Exception
{
    /// <summary>Reports a loss that is NaN or infinite.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="batch">The batch in the epoch, from 1.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="learningRate">The learning rate then.</param>
    /// <param name="checkpoint">The last checkpoint from before; null where there is none.</param>
    public TrainingDivergedException(int epoch, int batch, double loss, double learningRate, string? checkpoint = null)
        : base(Describe(epoch, batch, loss, learningRate) + (checkpoint is null ? "" : $" The last good checkpoint is {checkpoint}."))
    {
        Epoch = epoch;
        Batch = batch;
    }

    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; }

    /// <summary>The batch in the epoch, from 1.</summary>
    public int Batch { get; }

    private static string Describe(int epoch, int batch, double loss, double learningRate) => string.Create(
        CultureInfo.InvariantCulture,
        $"Training diverged: the loss is {loss} in epoch {epoch}, batch {batch}, at learning rate {learningRate:G3}. "
        + $"Lower the learning rate or limit the gradient norm.");
}
