using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Learning.Tests.Evaluation;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tests.Training;

/// <summary>Shards whose manifest or statistics somebody has damaged, and which must not be trained on.</summary>
public sealed class TrainingShardsTests : IDisposable
{
    private static readonly string Shard = TrainingDatasets.NameOf(TestShards.Statistics, DataSplit.Test, 0);
    private readonly TestShards _shards = new();

    /// <summary>Removes the store.</summary>
    public void Dispose() => _shards.Dispose();

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task Another_number_of_events_than_the_manifest_says_is_refused(int rows)
    {
        await _shards.WriteAsync([[0, 1, 2, 0, 1]]);
        (await LoadAsync()).Count.ShouldBe(5);
        await EditAsync($"{Shard}/{Dataset.ManifestName}", manifest => manifest["parts"]![0]!["rows"] = rows);
        (await Should.ThrowAsync<EventDataException>(LoadAsync)).Message
            .ShouldBe($"{Shard}: holds 5 events; its manifest says {rows}: delete the dataset and run again");
    }

    [Fact]
    public async Task A_shard_that_was_altered_on_the_disk_is_not_learned_from()
    {
        await _shards.WriteAsync([[0, 1, 2]]);
        var part = $"{Shard}/part-00000.arrow";
        byte[] bytes;
        using (ObjectContent content = await _shards.Store.ReadAsync(part))
            bytes = content.Memory.ToArray();
        var feature = bytes.AsSpan().IndexOf(MemoryMarshal.AsBytes<float>([0.5f]));
        feature.ShouldBeGreaterThan(0);
        bytes[feature] ^= 1;
        await _shards.Store.WriteAsync(part, bytes);
        var damaged = await Should.ThrowAsync<ObjectStoreException>(LoadAsync);
        damaged.Message.ShouldContain($"{part} in ");
        damaged.Message.ShouldContain("has SHA-256");
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1099511627776")]
    public async Task Impossible_rows_are_refused_with_the_field(string rows)
    {
        await _shards.WriteAsync([[0, 1, 2]]);
        await EditAsync($"{Shard}/{Dataset.ManifestName}", manifest => manifest["parts"]![0]!["rows"] = JsonNode.Parse(rows));
        (await Should.ThrowAsync<ObjectStoreException>(LoadAsync)).Message.ShouldContain("$.parts[0]: expected a name, rows from 0");
    }

    [Theory]
    [InlineData("parts", "null")]
    [InlineData("parts", "[null]")]
    [InlineData("labels", "[]")]
    public async Task A_manifest_with_a_wrong_field_is_refused(string field, string value)
    {
        await _shards.WriteAsync([[0, 1, 2]]);
        await EditAsync($"{Shard}/{Dataset.ManifestName}", manifest => manifest[field] = JsonNode.Parse(value));
        (await Should.ThrowAsync<ObjectStoreException>(LoadAsync)).Message.ShouldContain($"$.{field}");
    }

    [Theory]
    [InlineData("minimum", "[0, 1]", "$.minimum: expected 14 numbers")]
    [InlineData("maximum", "[]", "$.maximum: expected 14 numbers")]
    [InlineData("mean", "[1]", "$.mean: expected 14 numbers")]
    [InlineData("variance", "[1]", "$.variance: expected 0 numbers")]
    [InlineData("features", "null", "$.features")]
    [InlineData("classes", "[null]", "$.classes: expected a cut flow")]
    [InlineData("selection", "null", "$.selection")]
    public async Task Statistics_with_a_wrong_field_are_refused(string field, string value, string message)
    {
        await _shards.WriteAsync([[0, 1, 2]]);
        await EditAsync(TestShards.Statistics, statistics => statistics[field] = JsonNode.Parse(value));
        (await Should.ThrowAsync<ObjectStoreException>(LoadAsync)).Message.ShouldContain(message);
    }

    [Fact]
    public async Task Statistics_of_other_classes_are_refused()
    {
        await _shards.WriteAsync([[0, 1, 2]]);
        await EditAsync(TestShards.Statistics, statistics => statistics["classes"] = new JsonArray());
        (await Should.ThrowAsync<EventDataException>(LoadAsync)).Message
            .ShouldBe($"{TestShards.Statistics}: has 14 features and 0 classes; events have 14 and 3");
    }

    private async Task<LabelledEvents> LoadAsync()
    {
        FeatureStatistics statistics = await _shards.Store.ReadJsonAsync(TestShards.Statistics, StatisticsJson.Default.FeatureStatistics);
        return await TrainingShards.LoadAsync(_shards.Store, TestShards.Statistics, statistics, DataSplit.Test, "hlf");
    }

    private async Task EditAsync(string key, Action<JsonNode> edit)
    {
        JsonNode document;
        using (ObjectContent content = await _shards.Store.ReadAsync(key))
            document = JsonNode.Parse(content.Memory.Span)!;
        edit(document);
        await _shards.Store.WriteAsync(key, JsonSerializer.SerializeToUtf8Bytes(document));
    }
}
