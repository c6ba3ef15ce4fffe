using Apache.Arrow;
using Apache.Arrow.Types;
using CommunityToolkit.HighPerformance;
using DaprHep.Data.Events;
using DaprHep.Serving.Catalogue;
using DaprHep.Serving.Models;

namespace DaprHep.Serving.Http;

/// <summary>
/// The columns of an <c>events</c> batch that a model reads, in place. Others may be missing, and labels are not looked at.
/// </summary>
/// <param name="Ids">The events' ids, [events].</param>
/// <param name="Hlf">Features, [events, 14]; empty where they are not read.</param>
/// <param name="Particles">Particle rows, [rows, 19]; empty where they are not read.</param>
/// <param name="Offsets">Where each event's rows begin and end, [events + 1]; empty where they are not read.</param>
internal readonly record struct EventColumns(
    ReadOnlyMemory<ulong> Ids, ReadOnlyMemory<float> Hlf, ReadOnlyMemory<float> Particles, ReadOnlyMemory<int> Offsets)
{
    /// <summary>Finds the columns.</summary>
    /// <exception cref="RequestProblem">One is missing, or of another type; its offsets lie outside.</exception>
    public static EventColumns Of(RecordBatch batch, int number, VersionInput input)
    {
        int count = batch.Length;
        var ids = Column<UInt64Array>(batch, EventSchema.Event, "uint64");
        ReadOnlyMemory<float> hlf = default, particles = default;
        ReadOnlyMemory<int> offsets = default;
        if (input.Hlf)
        {
            var lists = Column<FixedSizeListArray>(batch, EventSchema.Hlf, "fixed_size_list<float32>[14]");
            hlf = FloatsOf(lists, EventSchema.Hlf, EventSchema.Features);
        }
        if (input.Particles)
        {
            var lists = Column<ListArray>(batch, EventSchema.Particles, "list<fixed_size_list<float32>[19]>");
            if (lists.Values is not FixedSizeListArray rows)
                throw Wrong(EventSchema.Particles, "expected list<fixed_size_list<float32>[19]>");
            particles = FloatsOf(rows, EventSchema.Particles, EventSchema.ParticleColumns);
            offsets = lists.ValueOffsetsBuffer.Memory.Cast<byte, int>().Slice(lists.Offset, count + 1);
            Check(offsets.Span, rows.Length, number);
        }
        return new EventColumns(ids.ValueBuffer.Memory.Cast<byte, ulong>().Slice(ids.Offset, count), hlf, particles, offsets);
    }

    /// <summary>Computes the probabilities of some of the events.</summary>
    /// <param name="answer">Who answers.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="end">The one after the last.</param>
    /// <param name="probabilities">Those of all events, [events, classes].</param>
    public void Predict(Answer answer, int first, int end, Span<float> probabilities)
    {
        int classes = answer.Serving.Predictor.Classes;
        answer.Predict(
            Ids.Span[first..end],
            Hlf.IsEmpty ? default : Hlf.Span[(first * EventSchema.Features)..(end * EventSchema.Features)],
            Particles.Span,
            Offsets.IsEmpty ? default : Offsets.Span[first..(end + 1)],
            probabilities[(first * classes)..(end * classes)]);
    }

    private static TArray Column<TArray>(RecordBatch batch, string name, string type)
        where TArray : class, IArrowArray
    {
        int index = batch.Schema.GetFieldIndex(name);
        if (index < 0)
        {
            string there = string.Join(", ", batch.Schema.FieldsList.Take(20).Select(field => field.Name));
            throw Wrong(name, $"is missing; expected {type}, and found {there}");
        }
        if (batch.Column(index) is not TArray column)
            throw Wrong(name, $"expected {type}, found {batch.Column(index).Data.DataType.Name}");
        return column.NullCount == 0 ? column : throw Wrong(name, $"expected no nulls, found {column.NullCount}");
    }

    private static ReadOnlyMemory<float> FloatsOf(FixedSizeListArray list, string name, int width)
    {
        if (((FixedSizeListType)list.Data.DataType).ListSize != width || list.Values is not FloatArray values || values.NullCount != 0)
            throw Wrong(name, $"expected fixed-size lists of {width} float32 without nulls");
        return values.ValueBuffer.Memory.Cast<byte, float>().Slice(values.Offset + (list.Offset * width), list.Length * width);
    }

    private static void Check(ReadOnlySpan<int> offsets, int rows, int number)
    {
        int previous = 0;
        for (int i = 0; i < offsets.Length; i++)
        {
            if (offsets[i] < previous || offsets[i] > rows)
                throw Wrong(EventSchema.Particles, $"offset {i} of batch {number} is {offsets[i]}; expected {previous} to {rows}");
            previous = offsets[i];
        }
    }

    private static RequestProblem Wrong(string column, string problem) => new(StatusCodes.Status422UnprocessableEntity, column, problem);
}
