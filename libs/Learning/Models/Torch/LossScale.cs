namespace DaprHep.Learning.Models.Torch;

/// <summary>
/// What a loss is multiplied by before its gradients are taken in float16, whose smallest numbers they would fall below (Micikevicius et
/// al., arXiv:1710.03740). Halved after a step whose gradients overflowed, doubled after two thousand that did not.
/// </summary>
internal sealed class LossScale
{
    private const int StepsToGrow = 2000;

    private int _good;

    /// <summary>The factor, a power of two, so that it rounds nothing.</summary>
    internal double Value { get; private set; } = 65536;

    /// <summary>For a checkpoint.</summary>
    internal LossScaleState State => new(Value, _good);

    /// <summary>Goes on from a checkpoint.</summary>
    internal void Restore(LossScaleState state) => (Value, _good) = (state.Value, state.GoodSteps);

    /// <summary>Looks back at a step.</summary>
    /// <param name="finite">Whether all of its gradients were finite numbers.</param>
    internal void After(bool finite)
    {
        _good = finite ? _good + 1 : 0;
        if (!finite)
            Value = Math.Max(Value / 2, 1);
        else if (_good % StepsToGrow == 0)
            Value = Math.Min(Value * 2, 1 << 24);
    }
}
