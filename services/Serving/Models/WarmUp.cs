using System.IO.Pipelines;
using System.Text;
using DaprHep.Data.Events;
using DaprHep.Learning.Inference;
using DaprHep.Serving.Catalogue;
using DaprHep.Serving.Http;
using DaprHep.Serving.Http.Json;

namespace DaprHep.Serving.Models;

/// <summary>
/// Sends made-up events through a version before anybody asks it, so that what is compiled at its first use is ready for the first request.
/// </summary>
internal static class WarmUp
{
    private const int Rounds = 40, Particles = 40;
    private static readonly int[] EventsOfBodies = [1, 1, 12];

    /// <summary>Warms a version up; it counts nothing of it.</summary>
    /// <param name="version">The version.</param>
    public static async Task RunAsync(LoadedVersion version)
    {
        Predictor predictor = version.Predictor;
        if (predictor.Features != EventSchema.Features)
            return;
        var limits = new ServingLimits();
        EventBuffer events = new MemoryBudget(limits).Rent();
        var answer = new Answer("", version, Canary: null, Percent: 0, Shadow: null);
        byte[][] bodies = [.. EventsOfBodies.Select(count => BodyOf(count, version.Version.Input))];
        PipeWriter nowhere = PipeWriter.Create(Stream.Null);
        for (int i = 0; i < Rounds * bodies.Length; i++)
        {
            byte[] body = bodies[i % bodies.Length];
            events.Restart();
            UsualEvents.TryRead(body, events, limits.MostEvents, predictor);
            predictor.Predict(events.Hlf, events.Particles, events.Offsets, events.Probabilities(predictor.Classes));
            await events.Writer.WriteAsync(nowhere, events, answer, CancellationToken.None);
            await nowhere.FlushAsync();
        }
        await nowhere.CompleteAsync();
        events.Release();
    }

    private static byte[] BodyOf(int count, VersionInput input)
    {
        string particle = $"[{string.Join(',', Enumerable.Range(1, EventSchema.ParticleColumns).Select(k => $"0.{k}"))}]";
        string hlf = input.Hlf ? $",\"hlf\":[{string.Join(',', Enumerable.Repeat("12.5", EventSchema.Features))}]" : "";
        string particles = input.Particles ? $",\"particles\":[{string.Join(',', Enumerable.Repeat(particle, Particles))}]" : "";
        string list = string.Join(',', Enumerable.Range(0, count).Select(id => $"{{\"id\":{id}{hlf}{particles}}}"));
        return [.. Encoding.ASCII.GetBytes($"{{\"events\":[{list}]}}"), .. new byte[FloatText.Slack]];
    }
}
