using Apache.Arrow;
using Apache.Arrow.Types;
using CommunityToolkit.HighPerformance;

namespace DaprHep.Data.Events;

/// <summary>
/// The Arrow schema of predictions: <c>event</c> uint64, the identity that the event came with, and <c>probabilities</c>
/// fixed_size_list&lt;float32&gt;, one a class, whose field metadata <c>names</c> lists the classes in their order.
/// </summary>
public static class PredictionSchema
{
    /// <summary>Identity of the event, as in <see cref="EventSchema.Event"/>.</summary>
    public const string Event = EventSchema.Event;

    /// <summary>Probabilities of the classes.</summary>
    public const string Probabilities = "probabilities";

    /// <summary>The schema for some classes.</summary>
    /// <param name="classes">Names of the classes, by label.</param>
    /// <param name="metadata">Schema metadata, for instance the model's digest.</param>
    public static Schema Create(IReadOnlyList<string> classes, IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(classes);
        var list = new FixedSizeListType(new Field("item", FloatType.Default, nullable: false), classes.Count);
        return new Schema(
            [
                new Field(Event, UInt64Type.Default, nullable: false),
                new Field(Probabilities, list, nullable: false, [KeyValuePair.Create(EventSchema.Names, string.Join(' ', classes))]),
            ],
            metadata);
    }

    /// <summary>A record batch over the memory given; nothing is copied.</summary>
    /// <param name="schema">From <see cref="Create"/>.</param>
    /// <param name="events">Identities, one an event.</param>
    /// <param name="probabilities">[events, classes].</param>
    public static RecordBatch Batch(Schema schema, ReadOnlyMemory<ulong> events, ReadOnlyMemory<float> probabilities)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var list = (FixedSizeListType)schema.GetFieldByName(Probabilities)!.DataType;
        if (probabilities.Length != events.Length * list.ListSize)
        {
            throw new ArgumentException(
                $"{probabilities.Length} probabilities are not those of {events.Length} events in {list.ListSize} classes", nameof(probabilities));
        }
        var values = new FloatArray(new ArrowBuffer(probabilities.AsBytes()), ArrowBuffer.Empty, probabilities.Length, 0, 0);
        return new RecordBatch(
            schema,
            [
                new UInt64Array(new ArrowBuffer(events.AsBytes()), ArrowBuffer.Empty, events.Length, 0, 0),
                new FixedSizeListArray(list, events.Length, values, ArrowBuffer.Empty),
            ],
            events.Length);
    }
}
