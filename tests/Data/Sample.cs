using DaprHep.Data.Events;

namespace DaprHep.Data.Tests;

/// <summary>Made-up events with every value known.</summary>
internal static class Sample
{
    public static EventTable Events(int count, sbyte label = 1, uint source = 7, int firstEntry = 0)
    {
        int[] offsets = new int[count + 1];
        for (int i = 0; i < count; i++)
            offsets[i + 1] = offsets[i] + 1 + i % 5;
        return new EventTable(
            Enumerable.Range(firstEntry, count).Select(entry => (ulong)source << 32 | (uint)entry).ToArray(),
            Enumerable.Repeat(label, count).ToArray(),
            Enumerable.Range(0, count * EventSchema.Features).Select(i => i * 0.5f).ToArray(),
            offsets,
            Enumerable.Range(0, offsets[count] * EventSchema.ParticleColumns).Select(i => -i * 0.25f).ToArray());
    }

    public static Apache.Arrow.Schema Schema => EventSchema.Create(
        [.. Enumerable.Range(0, EventSchema.Features).Select(i => $"f{i}")],
        [.. Enumerable.Range(0, EventSchema.ParticleColumns).Select(i => $"p{i}")],
        new Dictionary<string, string> { ["physics"] = "standard" });

    public static void ShouldEqual(this EventTable found, EventTable expected)
    {
        found.Ids.ToArray().ShouldBe(expected.Ids.ToArray());
        found.Labels.ToArray().ShouldBe(expected.Labels.ToArray());
        found.Hlf.ToArray().ShouldBe(expected.Hlf.ToArray());
        found.Offsets.ToArray().ShouldBe(expected.Offsets.ToArray());
        found.Particles.ToArray().ShouldBe(expected.Particles.ToArray());
    }
}
