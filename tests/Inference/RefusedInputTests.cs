using DaprHep.Learning.Inference;
using DaprHep.Learning.Models;
using DaprHep.Physics;

namespace DaprHep.Inference.Tests;

public class RefusedInputTests
{
    private static readonly (RawEvents Events, sbyte[] Labels) Samples = RawEvents.OfSamples();

    private readonly Predictor _predictor = Inclusive();

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(1e30f)]
    public void A_value_that_no_detector_gives_is_named(float value)
    {
        RawEvents events = Samples.Events.Select(0, 1, 2);
        events.Hlf[14 + 3] = value;
        var refused = Should.Throw<PredictionInputException>(() => Models.Predict(_predictor, events));
        (refused.Event, refused.Field).ShouldBe((1, "hlf[3]"));
        refused.Message.ShouldStartWith("events[1].hlf[3] is ");

        events = Samples.Events.Select(0, 1, 2);
        events.Particles[(events.Offsets[2] + 1) * ParticleColumns.Count + 5] = value;
        refused = Should.Throw<PredictionInputException>(() => Models.Predict(_predictor, events));
        (refused.Event, refused.Field).ShouldBe((2, "particles[1][5]"));
    }

    [Fact]
    public void Events_without_particles_or_with_too_many_are_named()
    {
        RawEvents events = Samples.Events.Select(0, 1);
        Refused(events with { Offsets = [0, 0, events.Offsets[2]] }).Message.ShouldContain("events[0].particles has 0 particles");
        Refused(events with { Offsets = [0, 5, 3] }).Message.ShouldContain("events[1].particles are rows 5 to 3");
        Refused(events with { Offsets = [0, 5, 100_000] }).Message.ShouldContain("events[1].particles are rows 5 to 100000");
        Refused(events with { Offsets = [-1, 5, 6] }).Message.ShouldContain("events[0].particles are rows -1 to 5");
        Refused(new RawEvents(events.Hlf[..14], new float[802 * 19], [0, 802])).Message.ShouldContain("802 particles; expected 1 to 801");

        PredictionInputException Refused(RawEvents bad) => Should.Throw<PredictionInputException>(() => Models.Predict(_predictor, bad));
    }

    [Fact]
    public void Lengths_that_are_of_no_number_of_events_are_refused()
    {
        RawEvents events = Samples.Events.Select(0, 1);
        Should.Throw<ArgumentException>(() => _predictor.Predict(events.Hlf, events.Particles, events.Offsets, new float[5]));
        Should.Throw<ArgumentException>(() => _predictor.Predict(events.Hlf.AsSpan(1), events.Particles, events.Offsets, new float[6]));
        Should.Throw<ArgumentException>(() => _predictor.Predict(events.Hlf, events.Particles.AsSpan(1), events.Offsets, new float[6]));
        Should.Throw<ArgumentException>(() => _predictor.Predict(events.Hlf, events.Particles, events.Offsets.AsSpan(1), new float[6]));
    }

    private static Predictor Inclusive()
    {
        using Classifier model = Models.Create("inclusive", Samples.Events, Samples.Labels);
        return Models.PredictorOf(model, Samples.Events);
    }
}
