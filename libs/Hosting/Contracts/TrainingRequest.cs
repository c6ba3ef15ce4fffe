using System.Text.Json.Nodes;

namespace DaprHep.Hosting.Contracts;

/// <summary>How the model of a run is trained, beyond epochs, batch and ranks.</summary>
public sealed record TrainingRequest
{
    /// <summary>The processor.</summary>
    public const string Cpu = "cpu";

    /// <summary>A GPU.</summary>
    public const string Cuda = "cuda";

    /// <summary>
    /// Hyper-parameters by name, of the model and of the training, as in a search space; null for none. In a search they hold where the
    /// space says nothing.
    /// </summary>
    public JsonObject? Parameters { get; init; }

    /// <summary>What computes: <see cref="Cpu"/> or <see cref="Cuda"/>.</summary>
    public string Device { get; init; } = Cpu;

    /// <summary>Whether a GPU takes float16 where that is accurate enough.</summary>
    public bool MixedPrecision { get; init; }
}
