using System.Numerics.Tensors;
using DaprHep.Learning.Models.Dense;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Models.Recurrent;

/// <summary>
/// Takes the events of a batch through the recurrent layer, and their errors back through it. Events are sorted by length and stepped
/// through in tiles of sixteen lanes, by several threads where there are. Gradients do not depend on the number of threads: those of a
/// tile are its own until they are added up in the order of tiles.
/// </summary>
/// <param name="layer">The layer.</param>
/// <param name="head">The dense layers behind it: their first inputs are the outputs of the layer, one column an event.</param>
internal sealed class SequencePass(RecurrentLayer layer, DenseStack head)
{
    private readonly LanePlan _plan = new();
    private readonly List<SequenceTile> _tiles = [];
    private TileWorkspace[] _workspaces = [new TileWorkspace(layer)];
    private long[] _order = [];
    private int[] _steps = [];

    /// <summary>Sets how many threads step through tiles.</summary>
    internal void UseThreads(int threads)
    {
        _workspaces = new TileWorkspace[threads];
        for (var i = 0; i < threads; i++)
            _workspaces[i] = new TileWorkspace(layer);
    }

    /// <summary>Which event of the batch has a column: long ones are first.</summary>
    internal int PositionAt(int column) => (int)_order[column];

    /// <summary>From particles to the inputs of the dense layers, for which room is made.</summary>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="particles">The particles.</param>
    /// <param name="rows">The batch's events among them.</param>
    /// <param name="keepsAll">Whether <see cref="Backward"/> is to follow.</param>
    internal void Forward(ParameterSet parameters, ParticleSequences particles, ReadOnlySpan<int> rows, bool keepsAll)
    {
        head.MakeRoom(rows.Length);
        var stepping = Sort(particles, rows);
        _plan.Make(_steps.AsSpan(0, stepping));
        while (_tiles.Count < _plan.Tiles)
            _tiles.Add(new SequenceTile());
        for (var tile = 0; tile < _plan.Tiles; tile++)
            _tiles[tile].Clear(particles.Values);
        for (var column = 0; column < stepping; column++)
        {
            var (tile, lane) = _plan.PlaceOf(column);
            _tiles[tile].Add(particles.StepsOf(rows[PositionAt(column)]), column, lane);
        }

        ForEachTile((tile, workspace) =>
        {
            tile.Prepare(layer.SlotLength, keepsAll);
            layer.Forward(parameters.Values, tile, workspace, head.Source, head.Stride);
        });
        // Events without particles stay at zero, where every state begins, and so do columns without events.
        for (var unit = 0; unit < layer.Units; unit++)
            head.Source[(unit * head.Stride + stepping)..(unit * head.Stride + head.Columns)].Clear();
    }

    /// <summary>From the errors that the dense layers pass on to the gradients of the layer.</summary>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="gradients">Receives the gradients of the layer's.</param>
    internal void Backward(ParameterSet parameters, Span<float> gradients)
    {
        ForEachTile((tile, workspace) => layer.Backward(parameters.Values, tile, workspace, head.InputErrors, head.Stride));
        gradients.Clear();
        for (var tile = 0; tile < _plan.Tiles; tile++)
            TensorPrimitives.Add(gradients, _tiles[tile].Gradients.Span, gradients);
    }

    /// <summary>Long events first; equally long ones stay in their order. Gives how many have any steps.</summary>
    private int Sort(ParticleSequences particles, ReadOnlySpan<int> rows)
    {
        if (_order.Length < rows.Length)
            (_order, _steps) = (new long[rows.Length], new int[rows.Length]);
        // Each key has its position in the lower half.
        for (var position = 0; position < rows.Length; position++)
            _order[position] = (long)(ParticleSequences.PaddedLength - particles.StepsOf(rows[position]).Count) << 32 | (uint)position;
        _order.AsSpan(0, rows.Length).Sort();
        var stepping = 0;
        for (; stepping < rows.Length; stepping++)
        {
            _steps[stepping] = ParticleSequences.PaddedLength - (int)(_order[stepping] >> 32);
            if (_steps[stepping] == 0)
                break;
        }

        return stepping;
    }

    private void ForEachTile(Action<SequenceTile, TileWorkspace> work)
    {
        if (_workspaces.Length == 1)
            Take(0);
        else
            Parallel.For(0, _workspaces.Length, Take);

        void Take(int thread)
        {
            for (var tile = thread; tile < _plan.Tiles; tile += _workspaces.Length)
                work(_tiles[tile], _workspaces[thread]);
        }
    }
}
