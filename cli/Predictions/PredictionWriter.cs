namespace DaprHep.Cli.Predictions;

/// <summary>Writes predictions to a file, a table of events at a time.</summary>
internal abstract class PredictionWriter : IDisposable
{
    /// <summary>Writes some events. The memory may be used again when this returns.</summary>
    /// <param name="file">The ROOT file that they are from.</param>
    /// <param name="events">Their identities.</param>
    /// <param name="probabilities">[events, classes].</param>
    public abstract void Write(string file, ReadOnlyMemory<ulong> events, ReadOnlyMemory<float> probabilities);

    /// <summary>Writes what comes last; the file is complete after it.</summary>
    public abstract void Finish();

    public abstract void Dispose();
}
