namespace DaprHep.Learning.Training;

/// <summary>
/// Which events each batch of an epoch has: all of them once, drawn by seed and epoch alone, so that an epoch can be repeated. Where ranks
/// wait for one another at every step, each deals its events out by their number of steps, so that every batch of every rank takes about
/// the same time; otherwise the longest batch of several would set the pace.
/// </summary>
internal sealed class EpochBatches
{
    private readonly int[] _events;
    private readonly int _batchSize;
    private readonly ParticleSequences? _dealt;
    private readonly int[] _order;
    private readonly int[] _firsts;
    private readonly long[] _byLength;
    private readonly int[] _turns;

    /// <summary>Describes the batches.</summary>
    /// <param name="events">The rows to learn from.</param>
    /// <param name="batchSize">Events a batch, at most.</param>
    /// <param name="batches">How many batches an epoch has, at least as many as all events fill; the last ones may be empty.</param>
    /// <param name="dealt">The particles by whose numbers events are dealt out; null where batches need not take the same time.</param>
    internal EpochBatches(int[] events, int batchSize, int batches, ParticleSequences? dealt)
    {
        (_events, _batchSize, _dealt) = (events, batchSize, dealt);
        _order = new int[events.Length];
        _firsts = new int[batches + 1];
        _byLength = new long[dealt is null ? 0 : events.Length];
        _turns = new int[dealt is null ? 0 : batches];
    }

    /// <summary>Draws the batches of an epoch.</summary>
    internal void Draw(ulong seed, int epoch)
    {
        var random = new SeededRandom(seed, SeededRandom.Stream.Shuffle, epoch);
        _events.CopyTo(_order, 0);
        random.Shuffle(_order);
        if (_dealt is null)
        {
            for (var batch = 0; batch < _firsts.Length; batch++)
                _firsts[batch] = (int)Math.Min((long)batch * _batchSize, _order.Length);
        }
        else
        {
            Deal(_dealt, ref random);
        }
    }

    /// <summary>The rows of a batch.</summary>
    internal ReadOnlySpan<int> Of(int batch) => _order.AsSpan(_firsts[batch], _firsts[batch + 1] - _firsts[batch]);

    /// <summary>Every batch gets one of the longest events, then one of the next longest, and so on, in an order drawn anew.</summary>
    private void Deal(ParticleSequences particles, ref SeededRandom random)
    {
        // Longest first; equally long ones stay in the order drawn, which the lower half has.
        for (var i = 0; i < _order.Length; i++)
            _byLength[i] = (long)(ParticleSequences.PaddedLength - particles.StepsOf(_order[i]).Count) << 32 | (uint)i;
        _byLength.AsSpan().Sort();
        for (var i = 0; i < _order.Length; i++)
            _byLength[i] = _order[(int)_byLength[i]];

        // Who gets one of the shortest events, which are too few for a whole turn, is drawn first, so that places are known.
        var (turns, last) = Math.DivRem(_order.Length, _turns.Length);
        for (var batch = 0; batch < _turns.Length; batch++)
            _turns[batch] = batch;
        random.Shuffle(_turns);
        _firsts.AsSpan().Fill(turns);
        foreach (var batch in _turns.AsSpan(0, last))
            _firsts[batch]++;
        for (int batch = 0, first = 0; batch < _firsts.Length; batch++)
            (_firsts[batch], first) = (first, first + _firsts[batch]);
        for (var k = 0; k < last; k++)
            _order[_firsts[_turns[k]] + turns] = (int)_byLength[turns * _turns.Length + k];
        for (var turn = 0; turn < turns; turn++)
        {
            random.Shuffle(_turns);
            for (var k = 0; k < _turns.Length; k++)
                _order[_firsts[_turns[k]] + turn] = (int)_byLength[turn * _turns.Length + k];
        }
    }
}
