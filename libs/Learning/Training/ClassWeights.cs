namespace DaprHep.Learning.Training;

/// <summary>How much an event of each class counts in the loss.</summary>
internal static class ClassWeights
{
    /// <summary>
    /// The weights to train with: on average over the training events they are 1, so that the learning rate keeps its meaning.
    /// </summary>
    /// <param name="options">Which weights are asked for.</param>
    /// <param name="counts">Training events of each class.</param>
    /// <returns>A weight for each class; empty where all count the same.</returns>
    /// <exception cref="TrainingDataException">There are not as many weights as classes.</exception>
    internal static float[] Of(TrainingOptions options, int[] counts)
    {
        if (options.BalanceClasses)
            return Array.ConvertAll(counts, count => (float)(counts.Sum(c => (double)c) / ((double)counts.Length * count)));
        if (options.ClassWeights.Count == 0)
            return [];
        if (options.ClassWeights.Count != counts.Length)
        {
            throw new TrainingDataException(
                $"There are {options.ClassWeights.Count} class weights and {counts.Length} classes; give one weight a class");
        }

        var mean = counts.Select((count, label) => count * options.ClassWeights[label]).Sum() / counts.Sum(count => (double)count);
        return [.. options.ClassWeights.Select(weight => (float)(weight / mean))];
    }
}
