namespace DaprHep.Learning.Models.Recurrent;

/// <summary>What makes one recurrent classifier differ from another.</summary>
/// <param name="Layer">The layer over the particles.</param>
/// <param name="ReadsFeatures">Whether its output is joined with the event's features.</param>
/// <param name="Hidden">Width of the dense layer with ReLU between that and the scores; 0 for none.</param>
/// <param name="Dropout">How much of outputs and features is dropped while training, below 1.</param>
internal sealed record RecurrentShape(RecurrentLayer Layer, bool ReadsFeatures, int Hidden, double Dropout);
