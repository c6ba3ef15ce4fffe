using DaprHep.Data.Datasets;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;
using DaprHep.Physics;

namespace DaprHep.Learning.Inference;

/// <summary>What one call at a time works with: a network and memory for the prepared events of a block.</summary>
internal sealed class PredictionLane
{
    private const int BlockEvents = 1024;
    private const int BlockRows = 1 << 16;

    private readonly MinMaxScaling _scaling;
    private readonly PhysicsProfile _profile;
    private readonly float[] _features;
    private float[] _particles = [];
    private readonly int[] _offsets = new int[BlockEvents + 1];
    private readonly int[] _padding = new int[BlockEvents];

    internal PredictionLane(Classifier model, ModelDescription description)
    {
        Model = model;
        Description = description;
        try
        {
            _scaling = new MinMaxScaling(
                [.. description.Features.Select(feature => feature.Min)], [.. description.Features.Select(feature => feature.Max)]);
            _profile = PhysicsProfiles.Parse(description.Physics ?? PhysicsProfile.Standard.Name());
        }
        catch (ArgumentException e)
        {
            throw new ModelFormatException($"{SavedModel.DescriptionName}: {e.Message}", e);
        }
        _features = new float[BlockEvents * model.Features];
    }

    internal Classifier Model { get; }

    internal ModelDescription Description { get; }

    /// <summary>Computes the scores before the softmax.</summary>
    /// <param name="hlf">Raw features, [events, features]; empty where they are not read.</param>
    /// <param name="particles">Raw particle rows, [rows, 19].</param>
    /// <param name="offsets">Where each event's rows begin and end; empty where they are not read.</param>
    /// <param name="scores">Receives the scores, [events, classes].</param>
    internal void Scores(ReadOnlySpan<float> hlf, ReadOnlySpan<float> particles, ReadOnlySpan<int> offsets, Span<float> scores)
    {
        var events = scores.Length / Model.Classes;
        for (var first = 0; first < events;)
        {
            var end = BlockEnd(first, events, offsets);
            var values = (end - first) * Model.Features;
            if (!hlf.IsEmpty)
                _scaling.Apply(hlf.Slice(first * Model.Features, values), _features);
            var prepared = offsets.IsEmpty ? null : Prepare(particles, offsets[first..(end + 1)]);
            Model.Logits(
                new EventInputs(_features.AsMemory(0, values), Model.Features, prepared),
                scores[(first * Model.Classes)..(end * Model.Classes)]);
            first = end;
        }
    }

    private static int BlockEnd(int first, int events, ReadOnlySpan<int> offsets)
    {
        var end = Math.Min(events, first + BlockEvents);
        if (!offsets.IsEmpty)
        {
            while (end > first + 1 && offsets[end] - offsets[first] > BlockRows)
                end--;
        }
        return end;
    }

    private ParticleSequences Prepare(ReadOnlySpan<float> particles, ReadOnlySpan<int> offsets)
    {
        var events = offsets.Length - 1;
        for (var i = 0; i < events; i++)
            _offsets[i + 1] = _offsets[i] + ParticleSequence.Rows(_profile, offsets[i + 1] - offsets[i]);
        if (_particles.Length < _offsets[events] * ParticleColumns.Count)
            _particles = new float[_offsets[events] * ParticleColumns.Count];
        for (var i = 0; i < events; i++)
        {
            _padding[i] = ParticleSequence.Write(
                _profile, particles[(offsets[i] * ParticleColumns.Count)..(offsets[i + 1] * ParticleColumns.Count)],
                _particles.AsSpan(_offsets[i] * ParticleColumns.Count));
        }
        return new ParticleSequences(
            _particles.AsMemory(0, _offsets[events] * ParticleColumns.Count), _offsets.AsMemory(0, events + 1),
            _profile == PhysicsProfile.Cern2019 ? _padding.AsMemory(0, events) : default);
    }
}
