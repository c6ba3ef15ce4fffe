using System.Text;
using System.Text.Json.Nodes;
using DaprHep.Data.Objects;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Inference;
using DaprHep.Learning.Models;

namespace DaprHep.Inference.Tests;

public sealed class LoadingTests : IDisposable
{
    private static readonly (RawEvents Events, sbyte[] Labels) Samples = RawEvents.OfSamples();

    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-models-").FullName;
    private readonly SavedModel _saved = Save("inclusive");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_model_is_loaded_from_a_folder_and_from_a_store()
    {
        await WriteAsync(_saved);
        float[] expected = Models.Predict(Predictor.From(_saved), Samples.Events);
        Predictor fromFolder = await Predictor.LoadAsync(Path.Combine(_folder, "models", "a"));
        Models.Predict(fromFolder, Samples.Events).ShouldBe(expected);
        Models.Predict(await Predictor.LoadAsync(ObjectStore.Open(_folder), "models/a"), Samples.Events).ShouldBe(expected);
        fromFolder.Description.Model.ShouldBe("inclusive");
        fromFolder.Description.Classes.ShouldBe(Models.Classes);
    }

    [Fact]
    public async Task Altered_weights_are_refused_before_they_are_parsed()
    {
        for (int at = 0; at < _saved.Weights.Length; at += 997)
        {
            byte[] altered = [.. _saved.Weights];
            altered[at] ^= 1;
            await ShouldRefuseAsync(_saved with { Weights = altered }, "the file was altered");
        }
        await ShouldRefuseAsync(_saved with { Weights = [] }, "the file was altered");
        await ShouldRefuseAsync(_saved with { Weights = Save("lstm").Weights }, "belongs to another model");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("\"0000000000000000000000000000000000000000000000000000000000000000\"")]
    public async Task A_description_without_the_weights_digest_is_refused(string digest)
    {
        JsonNode description = JsonNode.Parse(_saved.Description)!;
        description["weights_sha256"] = JsonNode.Parse(digest);
        await ShouldRefuseAsync(
            _saved with { Description = Encoding.UTF8.GetBytes(description.ToJsonString()) }, digest == "null" ? "has no weights_sha256" : "asks for");
    }

    [Fact]
    public async Task A_model_that_does_not_say_how_particles_are_prepared_is_refused()
    {
        JsonNode description = JsonNode.Parse(_saved.Description)!;
        description["physics"] = null;
        await WriteAsync(_saved with { Description = Encoding.UTF8.GetBytes(description.ToJsonString()) });
        await Should.ThrowAsync<ModelFormatException>(LoadAsync);
        description["physics"] = "alchemy";
        await WriteAsync(_saved with { Description = Encoding.UTF8.GetBytes(description.ToJsonString()) });
        (await Should.ThrowAsync<ModelFormatException>(LoadAsync)).Message.ShouldContain("alchemy");
    }

    [Fact]
    public async Task A_missing_model_is_named() =>
        (await Should.ThrowAsync<ObjectStoreException>(LoadAsync)).Message.ShouldContain("models/a/model.json");

    private static SavedModel Save(string kind)
    {
        using Classifier model = Models.Create(kind, Samples.Events, Samples.Labels);
        return SavedModel.From(model, Models.Describe(kind, Samples.Events));
    }

    private Task<Predictor> LoadAsync() => Predictor.LoadAsync(ObjectStore.Open(_folder), "models/a");

    private async Task ShouldRefuseAsync(SavedModel files, string mention)
    {
        await WriteAsync(files);
        (await Should.ThrowAsync<ModelDigestException>(LoadAsync)).Message.ShouldContain(mention);
    }

    private async Task WriteAsync(SavedModel files)
    {
        ObjectStore store = ObjectStore.Open(_folder);
        await store.WriteAsync($"models/a/{SavedModel.WeightsName}", files.Weights);
        await store.WriteAsync($"models/a/{SavedModel.DescriptionName}", files.Description);
    }
}
