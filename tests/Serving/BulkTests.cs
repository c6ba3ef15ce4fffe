using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Apache.Arrow;
using DaprHep.Data.Events;

namespace DaprHep.Serving.Tests;

/// <summary>Arrow streams and ROOT files as bodies.</summary>
public sealed class BulkTests
{
    [Theory]
    [InlineData("hlf")]
    [InlineData("trees")]
    [InlineData("inclusive")]
    public async Task An_Arrow_stream_is_answered_batch_by_batch_with_ids_and_probabilities(string kind)
    {
        using var folder = new ModelFolder(kind);
        await using Server server = await Server.StartAsync(folder.Path);
        RawEvents events = ModelFolder.Events.Select([.. Enumerable.Range(0, 100).Select(i => i * 11)]);
        (HttpStatusCode status, byte[] answer) = await ArrowBody.PostAsync(server.Http, kind, ArrowBody.Of(events, batch: 30));
        status.ShouldBe(HttpStatusCode.OK, Encoding.UTF8.GetString(answer));
        (List<ulong> ids, List<float> probabilities, int batches, Schema schema) = ArrowBody.Read(answer);
        ids.ShouldBe(Enumerable.Range(1000, 100).Select(i => (ulong)i));
        probabilities.ShouldBe(DaprHep.Inference.Tests.Models.Predict(folder.Predictor, events), 1e-6);
        batches.ShouldBe(4);
        schema.GetFieldByName(PredictionSchema.Probabilities)!.Metadata![EventSchema.Names].ShouldBe("qcd ttbar wjets");
        schema.Metadata!["model"].ShouldBe(kind);
        schema.Metadata!["weights_sha256"].ShouldBe(folder.Predictor.Description.WeightsSha256);
    }

    [Fact]
    public async Task A_stream_is_answered_while_it_is_sent_and_one_that_is_sent_first_and_read_later_is_answered_too()
    {
        using var folder = new ModelFolder();
        await using Server server = await Server.StartAsync(folder.Path);
        RawEvents some = ModelFolder.Events.Select([.. Enumerable.Range(0, 1000)]) with { Particles = [], Offsets = new int[1001] };
        RawEvents many = new([.. Enumerable.Repeat(some.Hlf, 400).SelectMany(values => values)], [], new int[400_001]);
        (HttpStatusCode status, byte[] answer) = await ArrowBody.PostAsync(server.Http, "hlf", ArrowBody.Of(many, batch: 20_000));
        status.ShouldBe(HttpStatusCode.OK);
        (List<ulong> ids, List<float> probabilities, int batches, _) = ArrowBody.Read(answer);
        (ids.Count, batches).ShouldBe((400_000, 20));
        probabilities[^3..].ShouldBe(probabilities[2997..3000]);
    }

    [Fact]
    public async Task Columns_that_the_model_does_not_read_may_be_missing_and_those_it_reads_are_named()
    {
        using var folder = new ModelFolder();
        await using Server server = await Server.StartAsync(folder.Path);
        RawEvents events = ModelFolder.Events.Select(1, 2, 3);
        byte[] few = Without(EventSchema.Particles, EventSchema.Label);
        (HttpStatusCode status, byte[] answer) = await ArrowBody.PostAsync(server.Http, "hlf", few);
        status.ShouldBe(HttpStatusCode.OK);
        ArrowBody.Read(answer).Probabilities.ShouldBe(DaprHep.Inference.Tests.Models.Predict(folder.Predictor, events), 1e-6);
        await RefusedAsync(422, "hlf: is missing", Without(EventSchema.Hlf));
        await RefusedAsync(422, "event: is missing", Without(EventSchema.Event));
        await RefusedAsync(422, "hlf: expected", ArrowBody.Of(events, make: (schema, columns) => new RecordBatch(
            Fields(schema, field => field.Name == EventSchema.Hlf ? new Field(field.Name, columns[0].Data.DataType, false) : field),
            [columns[0], columns[1], columns[0], columns[3]],
            3)));
        await RefusedAsync(400, "Arrow stream", Encoding.UTF8.GetBytes("this is no Arrow stream at all, but it has some length"));
        await RefusedAsync(400, "Arrow stream", ArrowBody.Of(events)[..^200]);
        await RefusedAsync(400, "is an Arrow file; expected an Arrow stream", [.. "ARROW1\0\0"u8, .. ArrowBody.Of(events)]);
        RawEvents odd = events with { Hlf = [.. events.Hlf] };
        odd.Hlf[15] = float.NaN;
        await RefusedAsync(422, "event 1001", ArrowBody.Of(odd));

        byte[] Without(params string[] names) => ArrowBody.Of(events, make: (schema, columns) =>
        {
            var kept = schema.FieldsList.Select((field, i) => (field, i)).Where(one => !names.Contains(one.field.Name)).ToList();
            return new RecordBatch(new Schema(kept.Select(one => one.field), null), kept.Select(one => columns[one.i]), 3);
        });

        static Schema Fields(Schema schema, Func<Field, Field> change) => new(schema.FieldsList.Select(change), null);

        async Task RefusedAsync(int expected, string what, byte[] body)
        {
            (HttpStatusCode found, byte[] problem) = await ArrowBody.PostAsync(server.Http, "hlf", body);
            string text = Encoding.UTF8.GetString(problem);
            ((int)found).ShouldBe(expected, text);
            JsonNode.Parse(text)!["detail"]!.GetValue<string>().ShouldContain(what);
        }
    }

    [Fact]
    public async Task A_batch_larger_than_allowed_is_refused_and_one_that_promises_more_than_it_sends_takes_no_memory()
    {
        using var folder = new ModelFolder();
        await using Server server = await Server.StartAsync(folder.Path, ("Serving:MostBatchBytes", "60000"));
        RawEvents events = ModelFolder.Events.Select([.. Enumerable.Range(0, 1000)]) with { Particles = [], Offsets = new int[1001] };
        byte[] large = ArrowBody.Of(events);
        (await ArrowBody.PostAsync(server.Http, "hlf", large)).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        long before = GC.GetTotalAllocatedBytes();
        byte[] promise = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3];
        (await ArrowBody.PostAsync(server.Http, "hlf", promise)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(64 << 20);
    }

    [Fact]
    public async Task A_ROOT_file_goes_through_the_models_physics_and_the_model()
    {
        using var folder = new ModelFolder();
        await using Server server = await Server.StartAsync(folder.Path);
        byte[] file = File.ReadAllBytes(Path.Combine(Repository.Samples, "ttbar", "ttbar_a.root"));
        (HttpStatusCode status, byte[] answer) =
            await ArrowBody.PostAsync(server.Http, "hlf", file, "application/x-root", ArrowBody.ContentType);
        status.ShouldBe(HttpStatusCode.OK, Encoding.UTF8.GetString(answer));
        (List<ulong> ids, List<float> probabilities, _, _) = ArrowBody.Read(answer);
        ids.Count.ShouldBeInRange(200, 250);
        ids.ShouldAllBe(id => id < 250);

        (status, answer) = await ArrowBody.PostAsync(server.Http, "hlf", file, "application/x-root");
        status.ShouldBe(HttpStatusCode.OK);
        JsonNode json = JsonNode.Parse(answer)!;
        Server.ProbabilitiesOf(json).ShouldBe([.. probabilities]);
        json["predictions"]!.AsArray().Count(one => (string?)one!["class"] == "ttbar").ShouldBeGreaterThan(0);

        (status, answer) = await ArrowBody.PostAsync(server.Http, "hlf", file[..(file.Length / 2)], "application/x-root");
        ((int)status).ShouldBe(422, Encoding.UTF8.GetString(answer));
        Encoding.UTF8.GetString(answer).ShouldNotContain(Path.GetTempPath());
        Directory.GetFiles(Path.GetTempPath(), "daprhep-body-*").ShouldBeEmpty();
    }
}
