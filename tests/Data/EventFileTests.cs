using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using DaprHep.Data.Events;

namespace DaprHep.Data.Tests;

public sealed class EventFileTests
{
    [Fact]
    public void Batches_come_back_as_they_were_written()
    {
        EventTable[] written = [Sample.Events(10), Sample.Events(1, firstEntry: 10), Sample.Events(333, firstEntry: 11)];
        List<EventTable> read = [.. EventFile.Read("x.arrow", FileOf(written))];
        read.Count.ShouldBe(3);
        for (int i = 0; i < 3; i++)
            read[i].ShouldEqual(written[i]);
    }

    [Fact]
    public void Padding_comes_back_where_the_schema_has_it()
    {
        EventTable table = Sample.Events(3) with { Padding = new[] { 4, -1, 0 } };
        var schema = EventSchema.Create([], [], new Dictionary<string, string>(), padded: true);
        var stream = new MemoryStream();
        using (var writer = new EventFileWriter(stream, schema))
        {
            writer.Write(table);
            writer.Finish();
        }
        EventFile.Read("x.arrow", stream.ToArray()).Single().Padding.ToArray().ShouldBe([4, -1, 0]);
        EventFile.Read("x.arrow", FileOf(table)).Single().Padding.Length.ShouldBe(0);
    }

    [Fact]
    public void A_file_without_events_is_read_as_no_tables() => EventFile.Read("x.arrow", FileOf(Sample.Events(0))).ShouldBeEmpty();

    [Fact]
    public void Particles_of_an_event_are_its_rows()
    {
        EventTable table = Sample.Events(4);
        table.ParticlesOf(2).Length.ShouldBe(3 * EventSchema.ParticleColumns);
        table.ParticlesOf(2)[0].ShouldBe(-3 * EventSchema.ParticleColumns * 0.25f);
        table.HlfOf(3)[0].ShouldBe(3 * EventSchema.Features * 0.5f);
    }

    [Fact]
    public void A_file_without_a_column_is_refused_with_the_columns_it_has()
    {
        var schema = new Schema([new Field("event", UInt64Type.Default, false)], []);
        var stream = new MemoryStream();
        using (var writer = new ArrowFileWriter(stream, schema, leaveOpen: true))
        {
            writer.WriteRecordBatch(new RecordBatch(schema, [new UInt64Array.Builder().Append(1).Build()], 1));
            writer.WriteEnd();
        }
        var e = Should.Throw<EventDataException>(() => EventFile.Read("x.arrow", stream.ToArray()).Count());
        e.Message.ShouldBe("x.arrow: column 'label' is missing; columns are event");
    }

    [Fact]
    public void Bytes_that_are_no_arrow_file_are_refused_by_name() =>
        Should.Throw<EventDataException>(() => EventFile.Read("x.arrow", new byte[100]).Count()).Message.ShouldStartWith("x.arrow: ");

    [Fact]
    public void A_file_cut_short_is_refused()
    {
        byte[] whole = FileOf(Sample.Events(100));
        for (int length = 0; length < whole.Length; length += 97)
            Should.Throw<EventDataException>(() => EventFile.Read("x.arrow", whole.AsMemory(0, length)).Count());
    }

    private static byte[] FileOf(params EventTable[] tables)
    {
        var stream = new MemoryStream();
        using (var writer = new EventFileWriter(stream, Sample.Schema))
        {
            foreach (EventTable table in tables)
                writer.Write(table);
            writer.Finish();
        }
        return stream.ToArray();
    }
}
