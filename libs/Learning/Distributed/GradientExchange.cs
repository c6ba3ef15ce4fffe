using System.Numerics.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace DaprHep.Learning.Distributed;

/// <summary>
/// Makes the gradients of a step the same on all ranks: their mean over all events of the batch, whoever had them. A model sends a part
/// of its gradients as soon as its backward pass has computed it and goes on with the rest meanwhile; parts that are too small to be
/// worth a message of their own wait for the next one. A rank without events in a batch sends zeros that count for nothing.
/// </summary>
/// <param name="ranks">The group.</param>
public sealed class GradientExchange(RankGroup ranks)
{
    /// <summary>Values that make a message: sending fewer takes about as long.</summary>
    private const int WorthSending = 1 << 15;

    /// <summary>Values that a rank receives at most where all ranks send to all; more are summed on the way around.</summary>
    private const int WorthExchanging = 1 << 16;

    private readonly List<Bucket> _buckets = [];
    private readonly List<(int Bucket, int First)> _parts = [];
    private float[] _waiting = [];
    private int _waitingCount;
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
    public void Start(int events, double lossSum, bool stops)
    {
        (Events, LossSum, Stops, _waitingCount, _sent, _received) = (events, lossSum, stops, 0, 0, 0);
        _parts.Clear();
    }

    /// <summary>Sends gradients: each step the same parts in the same order. They may be overwritten when this returns.</summary>
    /// <param name="gradients">Derivatives of the mean loss of this rank's events.</param>
    /// <exception cref="RankLostException">A rank is gone.</exception>
    internal void Send(ReadOnlySpan<float> gradients)
    {
        if (_waiting.Length < _waitingCount + gradients.Length)
            Array.Resize(ref _waiting, _waitingCount + gradients.Length);
        _parts.Add((_sent, _waitingCount));
        TensorPrimitives.Multiply(gradients, Events, _waiting.AsSpan(_waitingCount, gradients.Length));
        _waitingCount += gradients.Length;
        if (_waitingCount >= WorthSending)
            SendWaiting();
    }

    /// <summary>Receives what has been sent, in the same order.</summary>
    /// <param name="gradients">Receives the derivatives of the mean loss of all events.</param>
    /// <exception cref="RankLostException">A rank is gone.</exception>
    internal void Receive(Span<float> gradients)
    {
        if (_waitingCount > 0)
            SendWaiting();
        var (place, first) = _parts[_received++];
        var sums = _buckets[place].Sums();
        (Events, LossSum, Stops) = ((int)sums[^3], sums[^2], sums[^1] > 0);
        TensorPrimitives.Multiply(sums.Slice(first, gradients.Length), 1f / Events, gradients);
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

    private void SendWaiting()
    {
        if (_sent == _buckets.Count)
            _buckets.Add(new Bucket(ranks, _waitingCount + 3));
        var own = _buckets[_sent++].Own;
        _waiting.AsSpan(0, _waitingCount).CopyTo(own);
        // What the mean is to be divided by goes along.
        own[^3] = Events;
        own[^2] = (float)LossSum;
        own[^1] = Stops ? 1 : 0;
        _buckets[_sent - 1].Send();
        _waitingCount = 0;
    }

    /// <summary>What goes from rank to rank at once.</summary>
    private sealed class Bucket
    {
        private readonly RankGroup _ranks;
        private readonly int _count;
        private readonly bool _isExchanged;
        private readonly float[] _values;
        private RankWork? _work;

        internal Bucket(RankGroup ranks, int count)
        {
            (_ranks, _count) = (ranks, count);
            _isExchanged = (long)count * (ranks.Size - 1) <= WorthExchanging;
            _values = GC.AllocateArray<float>(_isExchanged ? count * ranks.Size : count, pinned: true);
        }

        /// <summary>This rank's values, to be filled in before they are sent.</summary>
        internal Span<float> Own => _values.AsSpan(_isExchanged ? _ranks.Rank * _count : 0, _count);

        internal void Send() =>
            _work = _isExchanged ? _ranks.BeginExchange(_values, _count) : _ranks.BeginAllReduce(_values, _count);

        /// <summary>The sums over all ranks, when they are there; on all ranks in the same order.</summary>
        internal Span<float> Sums()
        {
            var sums = _values.AsSpan(0, _count);
            if (_work is null)
                return sums;
            _work.Wait();
            _work = null;
            for (var rank = 1; _isExchanged && rank < _ranks.Size; rank++)
                TensorPrimitives.Add(sums, _values.AsSpan(rank * _count, _count), sums);
            return sums;
        }
    }
}
