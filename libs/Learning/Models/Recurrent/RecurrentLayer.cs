using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DaprHep.Learning.Artifacts.Onnx;
using DaprHep.Learning.Models.Dense;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Models.Recurrent;

/// <summary>
/// A recurrent layer over the particles of an event, which gives its output after the last one. Weights are laid out and named as in
/// PyTorch. Works tile by tile: the state of sixteen lanes stays in the first-level cache while they are stepped through.
/// </summary>
/// <param name="name">What the names of its weights begin with.</param>
/// <param name="units">How many values an output has.</param>
/// <param name="gates">How many sums of each unit a step computes from the particle.</param>
/// <param name="keptRows">Values of each unit that a step leaves for the backward pass.</param>
internal abstract class RecurrentLayer(string name, int units, int gates, int keptRows)
{
    private const int Columns = ParticleSequences.Columns, Width = SequenceTile.Width;

    /// <summary>How many values an output has.</summary>
    internal int Units => units;

    /// <summary>Sums that a step computes from the particle.</summary>
    internal int GateRows => gates * units;

    /// <summary>Rows of a state.</summary>
    internal abstract int StateRows { get; }

    /// <summary>Rows of errors that a step leaves, those that go with the recurrent weights first, in the order of the gates.</summary>
    internal abstract int ErrorRows { get; }

    /// <summary>Values that a step leaves: what its cell keeps, the output last, then the particles.</summary>
    internal int SlotLength => (keptRows * units + Columns) * Width;

    /// <summary>How many parameters it has.</summary>
    internal int ParameterCount => GateRows * (Columns + units + 2);

    /// <summary>Its parameters, which are the first of the network.</summary>
    internal IEnumerable<ParameterPlace> Places =>
    [
        new(name + ".weight_ih_l0", [GateRows, Columns], 0),
        new(name + ".weight_hh_l0", [GateRows, units], RecurrentFirst),
        new(name + ".bias_ih_l0", [GateRows], InputBiasFirst),
        new(name + ".bias_hh_l0", [GateRows], RecurrentBiasFirst),
    ];

    private int RecurrentFirst => GateRows * Columns;

    private int InputBiasFirst => GateRows * (Columns + units);

    private int RecurrentBiasFirst => InputBiasFirst + GateRows;

    /// <summary>Where the output begins in what a step leaves.</summary>
    protected int OutputFirst => (keptRows - 1) * units * Width;

    /// <summary>Which blocks of units that a step leaves are the state after it.</summary>
    protected abstract ReadOnlySpan<int> StateBlocks { get; }

    /// <summary>The rows of errors that go with the input weights, in the order of the gates.</summary>
    protected abstract IReadOnlyList<(int First, int Count)> InputErrorRows { get; }

    /// <summary>How many gates, from the first, add both biases before their function; the others keep the recurrent sum apart.</summary>
    protected abstract int GatesWithBothBiases { get; }

    /// <summary>The layer's operator in ONNX.</summary>
    protected abstract string OnnxOperator { get; }

    /// <summary>Attributes of the operator besides the number of units.</summary>
    protected virtual IReadOnlyList<OnnxAttribute> OnnxAttributes => [];

    /// <summary>For each gate in the order of ONNX, which one it is here.</summary>
    protected abstract IReadOnlyList<int> OnnxGates { get; }

    /// <summary>Uniform in ±1/√units, as in PyTorch.</summary>
    internal void Initialise(Span<float> parameters, ref SeededRandom random)
    {
        var bound = 1 / Math.Sqrt(units);
        foreach (ref var value in parameters[..ParameterCount])
            value = (float)((2 * random.NextDouble() - 1) * bound);
    }

    /// <summary>The layer with its weights laid out for one event at a time; gives the same bits as <see cref="Forward"/>.</summary>
    /// <param name="parameters">The network's parameters; copied.</param>
    internal abstract SingleEventLayer ForSingleEvents(ReadOnlySpan<float> parameters);

    /// <summary>Steps through a tile.</summary>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="tile">The tile.</param>
    /// <param name="workspace">Memory to work in.</param>
    /// <param name="outputs">Receives the events' outputs in their columns, [units, <paramref name="stride"/>].</param>
    /// <param name="stride">From row to row in the outputs.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Forward(
        ReadOnlySpan<float> parameters, SequenceTile tile, TileWorkspace workspace, Span<float> outputs, int stride)
    {
        var inputs = workspace.Inputs.Span;
        var projection = workspace.Projection.Span;
        inputs.Clear();
        ReadOnlySpan<float> before = workspace.Nothing.Span;
        for (var step = 0; step < tile.Steps; step++)
        {
            // Through a run of equal rows, what they contribute stays what it is.
            if (tile.Gather(step, inputs))
            {
                StartFromBiases(parameters, projection);
                TileProduct.Add(parameters, Columns, 1, inputs, Width, projection, GateRows, Columns);
            }

            var slot = tile.Slot(step);
            inputs.CopyTo(slot[(keptRows * units * Width)..]);
            Step(
                parameters.Slice(RecurrentFirst, GateRows * units), parameters.Slice(RecurrentBiasFirst, GateRows), projection, before,
                slot);
            foreach (var (lane, column) in tile.EndingAt(step))
            {
                for (var unit = 0; unit < units; unit++)
                    outputs[unit * stride + column] = slot[OutputFirst + unit * Width + lane];
                // Where the next event of the lane begins; the step back does not read the state that a step came to.
                foreach (var block in StateBlocks)
                    SetLane(slot.Slice(block * units * Width, units * Width), lane, 0);
            }

            before = slot;
        }
    }

    /// <summary>Steps back through a tile that <see cref="Forward"/> has kept, and leaves the gradients in it.</summary>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="tile">The tile.</param>
    /// <param name="workspace">Memory to work in.</param>
    /// <param name="outputErrors">The loss's derivatives by the outputs, [units, <paramref name="stride"/>].</param>
    /// <param name="stride">From row to row in these.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Backward(
        ReadOnlySpan<float> parameters, SequenceTile tile, TileWorkspace workspace, ReadOnlySpan<float> outputErrors, int stride)
    {
        if (tile.Gradients.Length == 0)
            tile.Gradients = new AlignedFloats(ParameterCount);
        tile.Gradients.Span.Clear();
        var stateErrors = workspace.StateErrors.Span;
        stateErrors.Clear();
        var recurrent = parameters.Slice(RecurrentFirst, GateRows * units);
        var collected = 0;
        for (var step = tile.Steps - 1; step >= 0; step--)
        {
            // What has come back to the beginning of the event behind goes no further.
            foreach (var (lane, column) in tile.EndingAt(step))
            {
                SetLane(stateErrors[(units * Width)..], lane, 0);
                for (var unit = 0; unit < units; unit++)
                    stateErrors[unit * Width + lane] = outputErrors[unit * stride + column];
            }

            var slot = tile.Slot(step);
            ReadOnlySpan<float> before = step > 0 ? tile.Slot(step - 1) : workspace.Nothing.Span;
            var at = collected * Width;
            StepBack(recurrent, before, slot, stateErrors, workspace.Errors.Span[at..]);
            CopyRows(before.Slice(OutputFirst, units * Width), workspace.States.Span[at..]);
            CopyRows(slot[(keptRows * units * Width)..], workspace.Particles.Span[at..]);
            if (++collected == TileWorkspace.Steps || step == 0)
            {
                AddGradients(tile.Gradients.Span, workspace, collected * Width);
                collected = 0;
            }
        }
    }

    /// <summary>Adds the layer to an ONNX graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="parameters">The network's parameters.</param>
    /// <returns>The outputs after each event's last particle, [events, units].</returns>
    internal string AddTo(OnnxGraph graph, ReadOnlySpan<float> parameters)
    {
        var (sequence, lengths) = graph.Particles();
        var input = graph.Constant(
            name + ".W", Reordered(parameters[..RecurrentFirst], Columns), 1, GateRows, Columns);
        var recurrent = graph.Constant(
            name + ".R", Reordered(parameters.Slice(RecurrentFirst, GateRows * units), units), 1, GateRows, units);
        var biases = graph.Constant(
            name + ".B",
            [.. Reordered(parameters.Slice(InputBiasFirst, GateRows), 1), .. Reordered(parameters.Slice(RecurrentBiasFirst, GateRows), 1)],
            1, 2 * GateRows);
        var last = graph.AddForSecond(
            OnnxOperator, [sequence, input, recurrent, biases, lengths],
            [new OnnxAttribute("hidden_size", (long)units), .. OnnxAttributes]);
        return graph.Add("Squeeze", [last, graph.Constant("first_axis", [0L])]);
    }

    /// <summary>One step of the cell.</summary>
    /// <param name="weights">The recurrent weights, [gates · units, units].</param>
    /// <param name="biases">The recurrent biases, [gates · units].</param>
    /// <param name="projection">What the particles contribute.</param>
    /// <param name="before">What the step before left.</param>
    /// <param name="slot">Receives what this one leaves.</param>
    protected abstract void Step(
        ReadOnlySpan<float> weights, ReadOnlySpan<float> biases, ReadOnlySpan<float> projection, ReadOnlySpan<float> before,
        Span<float> slot);

    /// <summary>The same step backwards.</summary>
    /// <param name="weights">The recurrent weights, [gates · units, units].</param>
    /// <param name="before">What the step before left.</param>
    /// <param name="slot">What this one left.</param>
    /// <param name="stateErrors">The loss's derivatives by the state after the step; become those by the state before.</param>
    /// <param name="errors">Receives the step's sixteen columns of errors, [error rows, <see cref="TileWorkspace.Stride"/>].</param>
    protected abstract void StepBack(
        ReadOnlySpan<float> weights, ReadOnlySpan<float> before, ReadOnlySpan<float> slot, Span<float> stateErrors, Span<float> errors);

    /// <summary>One of the blocks of [units, 16] that a step leaves.</summary>
    protected static Span<Vector256<float>> Vectors(Span<float> slot, int index, int block) =>
        MemoryMarshal.Cast<float, Vector256<float>>(slot.Slice(index * block, block));

    /// <inheritdoc cref="Vectors(Span{float}, int, int)"/>
    protected static ReadOnlySpan<Vector256<float>> Vectors(ReadOnlySpan<float> slot, int index, int block) =>
        MemoryMarshal.Cast<float, Vector256<float>>(slot.Slice(index * block, block));

    /// <summary>A gate's weights on particles, [units, 19].</summary>
    protected ReadOnlySpan<float> InputWeights(ReadOnlySpan<float> parameters, int gate) =>
        parameters.Slice(gate * units * Columns, units * Columns);

    /// <summary>A gate's weights on the output of the step before, [units, units].</summary>
    protected ReadOnlySpan<float> RecurrentWeights(ReadOnlySpan<float> parameters, int gate) =>
        parameters.Slice(RecurrentFirst + gate * units * units, units * units);

    /// <summary>What a gate's sums over particles start from, [units].</summary>
    protected float[] StartingBiases(ReadOnlySpan<float> parameters, int gate)
    {
        var biases = parameters.Slice(InputBiasFirst + gate * units, units).ToArray();
        if (gate < GatesWithBothBiases)
            TensorPrimitives.Add(biases, RecurrentBiases(parameters, gate), biases);
        return biases;
    }

    /// <summary>A gate's recurrent biases, [units].</summary>
    protected ReadOnlySpan<float> RecurrentBiases(ReadOnlySpan<float> parameters, int gate) =>
        parameters.Slice(RecurrentBiasFirst + gate * units, units);

    private void StartFromBiases(ReadOnlySpan<float> parameters, Span<float> projection)
    {
        var inputBiases = parameters.Slice(InputBiasFirst, GateRows);
        var recurrentBiases = parameters.Slice(RecurrentBiasFirst, GateRows);
        for (var row = 0; row < GateRows; row++)
        {
            var bias = row < GatesWithBothBiases * units ? inputBiases[row] + recurrentBiases[row] : inputBiases[row];
            projection.Slice(row * Width, Width).Fill(bias);
        }
    }

    private void AddGradients(Span<float> gradients, TileWorkspace workspace, int columns)
    {
        var errors = workspace.Errors.Span;
        Add(errors, workspace.States.Span, gradients[RecurrentFirst..], gradients[RecurrentBiasFirst..], GateRows, units);
        var done = 0;
        foreach (var (first, count) in InputErrorRows)
        {
            Add(
                errors[(first * TileWorkspace.Stride)..], workspace.Particles.Span, gradients[(done * Columns)..],
                gradients[(InputBiasFirst + done)..], count, Columns);
            done += count;
        }

        void Add(ReadOnlySpan<float> d, ReadOnlySpan<float> x, Span<float> weights, Span<float> biases, int rows, int inputs)
        {
            var some = workspace.Gradients.Span;
            var someWeights = some[..(rows * inputs)];
            var someBiases = some.Slice(rows * inputs, rows);
            GradientProduct.Compute(d, x, someWeights, someBiases, columns, TileWorkspace.Stride);
            TensorPrimitives.Add(weights[..someWeights.Length], someWeights, weights);
            TensorPrimitives.Add(biases[..rows], someBiases, biases);
        }
    }

    // [gates · units, columns] with the gates in the order of ONNX.
    private float[] Reordered(ReadOnlySpan<float> rows, int columns)
    {
        var gate = units * columns;
        var reordered = new float[rows.Length];
        for (var i = 0; i < gates; i++)
            rows.Slice(OnnxGates[i] * gate, gate).CopyTo(reordered.AsSpan(i * gate));
        return reordered;
    }

    private static void SetLane(Span<float> rows, int lane, float value)
    {
        for (var at = lane; at < rows.Length; at += Width)
            rows[at] = value;
    }

    private static void CopyRows(ReadOnlySpan<float> rows, Span<float> columns)
    {
        for (var row = 0; row * Width < rows.Length; row++)
            rows.Slice(row * Width, Width).CopyTo(columns[(row * TileWorkspace.Stride)..]);
    }
}
