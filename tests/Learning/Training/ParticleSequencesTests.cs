using DaprHep.Data.Events;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tests.Training;

public class ParticleSequencesTests
{
    [Theory]
    [InlineData(5, 2)]
    [InlineData(1, 0)]
    [InlineData(801, 0)]
    [InlineData(801, 800)]
    [InlineData(90, 89)]
    public void Padding_is_stepped_through_in_its_place(int rows, int padding)
    {
        var steps = new ParticleSequences(new float[rows * 19], new[] { 0, rows }, new[] { padding }).StepsOf(0);
        var expected = Enumerable.Range(0, rows).SelectMany(row => Enumerable.Repeat(row, row == padding ? 801 - rows + 1 : 1));
        Enumerable.Range(0, steps.Count).Select(steps.RowAt).ShouldBe(expected);
    }

    [Fact]
    public void Events_without_padding_are_stepped_through_once()
    {
        var sequences = new ParticleSequences(new float[5 * 19], new[] { 0, 2, 2, 5 }, new[] { -1, -1, -1 });
        Rows(0).ShouldBe([0, 1]);
        Rows(1).ShouldBeEmpty();
        Rows(2).ShouldBe([2, 3, 4]);

        int[] Rows(int index)
        {
            var steps = sequences.StepsOf(index);
            return [.. Enumerable.Range(0, steps.Count).Select(steps.RowAt)];
        }
    }

    [Theory]
    [InlineData(new[] { 0, 3, 2 }, new int[0], "Event 1 has particle rows 3 to 2; there are 900")]
    [InlineData(new[] { 0, 901 }, new int[0], "Event 0 has particle rows 0 to 901; there are 900")]
    [InlineData(new[] { 0, 802 }, new int[0], "Event 0 has 802 particles; at most 801 are possible")]
    [InlineData(new[] { 0, 3 }, new[] { 3 }, "Row 3 of event 0 cannot stand for its padding: it has 3 rows")]
    [InlineData(new[] { 0, 3 }, new[] { 0, 0 }, "2 offsets and 2 padding rows do not describe the same events")]
    public void What_cannot_be_sequences_of_events_is_refused(int[] offsets, int[] padding, string reason) =>
        Should.Throw<TrainingDataException>(() => new ParticleSequences(new float[900 * 19], offsets, padding)).Message.ShouldBe(reason);

    [Fact]
    public void Particles_that_are_no_numbers_are_named()
    {
        var values = new float[5 * 19];
        values[3 * 19 + 4] = float.NaN;
        var events = new LabelledEvents(new float[1], new sbyte[1], 1, new ParticleSequences(values, new[] { 0, 5 }, default));
        Should.Throw<TrainingDataException>(events.CheckFinite).Message.ShouldStartWith("Column 4 of particle row 3 is NaN");
    }

    [Fact]
    public void Record_batches_are_gathered_into_one_array_wherever_their_particles_begin()
    {
        var values = Enumerable.Range(0, 10 * 19).Select(i => (float)i).ToArray();
        var gathering = new ParticleGathering(3);
        gathering.Add(new EventTable(new ulong[2], new sbyte[2], new float[28], new[] { 4, 6, 7 }, values) { Padding = new[] { -1, 0 } }, 0, 2);
        gathering.Add(new EventTable(new ulong[3], new sbyte[3], new float[42], new[] { 0, 1, 4, 6 }, values), begin: 1, count: 1);
        var sequences = gathering.Finish();
        sequences.Offsets.ToArray().ShouldBe([0, 2, 3, 6]);
        sequences.Padding.ToArray().ShouldBe([-1, 0, -1]);
        sequences.Values.ToArray().ShouldBe([.. values[(4 * 19)..(7 * 19)], .. values[19..(4 * 19)]]);
    }
}
