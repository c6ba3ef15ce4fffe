using System.Numerics.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace DaprHep.Learning.Distributed;

/// <summary>
/// Makes the gradients of a step the same on all ranks: their mean over all events of the batch, whoever had them. A model sends a part
/// of its gradients as soon as its backward pass has computed it and goes on with the rest meanwhile. A rank without events in a batch
/// sends zeros that count for nothing.
/// </summary>
/// <param name="ranks">The group.</param>
public sealed class GradientExchange(RankGroup ranks)
{
    private readonly List<Bucket> _buckets = [];
    private int _sent;
    private int _received;

    /// <summary>Events of the last step, over all ranks.</summary>
    public int Events { get; private set; }

    /// <summary>Sum of their losses.</summary>
    public double LossSum { get; private set; }

    /// <summary>Whether any rank wanted to stop after the last step: all do, so that none is left waiting.</summary>
    public bool Stops { get; private set; }

    /// <summary>Begins a step.</summary>
    /// <param name="events">This rank's events of the batch.</param>
    /// <param name="lossSum">The sum of their losses.</param>
    /// <param name="stops">Whether this rank wants to stop after the step.</param>
    public void Start(int events, double lossSum, bool stops) =>
        (Events, LossSum, Stops, _sent, _received) = (events, lossSum, stops, 0, 0);

    /// <summary>Sends gradients: each step the same parts in the same order. They may be overwritten when this returns.</summary>
    /// <param name="gradients">Derivatives of the mean loss of this rank's events.</param>
    /// <exception cref="RankLostException">A rank is gone.</exception>
    internal void Send(ReadOnlySpan<float> gradients)
    {
        if (_sent == _buckets.Count)
            _buckets.Add(new Bucket(gradients.Length));
        var bucket = _buckets[_sent++];
        TensorPrimitives.Multiply(gradients, Events, bucket.Values);
        // What the mean is to be divided by goes along.
        bucket.Values[^3] = Events;
        bucket.Values[^2] = (float)LossSum;
        bucket.Values[^1] = Stops ? 1 : 0;
        bucket.Work = ranks.BeginAllReduce(bucket.Values, bucket.Values.Length);
    }

    /// <summary>Receives what has been sent, in the same order.</summary>
    /// <param name="gradients">Receives the derivatives of the mean loss of all events.</param>
    /// <exception cref="RankLostException">A rank is gone.</exception>
    internal void Receive(Span<float> gradients)
    {
        var bucket = _buckets[_received++];
        bucket.Work!.Wait();
        (Events, LossSum, Stops) = ((int)bucket.Values[^3], bucket.Values[^2], bucket.Values[^1] > 0);
        TensorPrimitives.Multiply(bucket.Values.AsSpan(0, gradients.Length), 1f / Events, gradients);
    }

    /// <summary>
    /// Exchanges all gradients of a step in one piece: on GPUs where these are connected, otherwise in the memory of the host.
    /// </summary>
    /// <param name="gradients">One after the other, wherever they are; derivatives of the mean loss of this rank's events.</param>
    /// <returns>The derivatives of the mean loss of all events, in the same place.</returns>
    /// <exception cref="RankLostException">A rank is gone.</exception>
    internal torch.Tensor MeanOf(torch.Tensor gradients)
    {
        // What the mean is to be divided by goes along.
        var told = tensor([Events, (float)LossSum, Stops ? 1f : 0f]);
        var sums = ranks.OnGpus
            ? cat([gradients * (float)Events, told.to(gradients.device)])
            : cat([gradients.cpu() * (float)Events, told]);
        ranks.BeginAllReduce(sums).Wait();
        var all = sums.narrow(0, gradients.NumberOfElements, told.NumberOfElements).cpu().data<float>().ToArray();
        (Events, LossSum, Stops) = ((int)all[0], all[1], all[2] > 0);
        return (sums.narrow(0, 0, gradients.NumberOfElements) * (1f / Events)).to(gradients.device);
    }

    private sealed class Bucket(int gradients)
    {
        internal float[] Values { get; } = GC.AllocateArray<float>(gradients + 3, pinned: true);

        internal RankWork? Work { get; set; }
    }
}
