using System.Security.Cryptography;
using System.Text.Json;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Inference;
using DaprHep.Learning.Models;
using DaprHep.Serving.Catalogue;

namespace DaprHep.Serving.Promotion;

/// <summary>
/// Makes a run's model a version of a served model: it is compared with the version that is served, on the run's test events, and takes its
/// place if it passes. The same run promoted again finds what came of it and does nothing.
/// </summary>
/// <param name="runs">The store with the run's objects.</param>
/// <param name="catalogue">The catalogue; its store gets copies of the model's files where it is another one.</param>
internal sealed class ModelPromotion(ObjectStore runs, CatalogueStore catalogue)
{
    private const int StepVersion = 1;
    private static readonly string[] Copied = [SavedModel.WeightsName, SavedModel.OnnxName, SavedModel.DescriptionName];

    /// <summary>Promotes.</summary>
    /// <exception cref="BadInputException">The name is none, the model is damaged, or there are too many names.</exception>
    /// <exception cref="ObjectStoreException">A store can't be read or written.</exception>
    public async Task<PromotionResult> PromoteAsync(PromoteModelInput input, CancellationToken cancellation)
    {
        if (!PipelineRequest.CanServe(input.Name))
            throw new BadInputException($"'{input.Name}' can't be served: a name is 1 to 64 small letters, digits, '-', '.' and '_'");
        while (true)
        {
            ServedModel known = (await catalogue.ReadAsync(cancellation)).Find(input.Name) ?? new ServedModel { Name = input.Name };
            if (Earlier(known, input) is { } earlier)
                return earlier;
            EvaluationResult evaluation = await runs.ReadJsonAsync(input.Evaluation, ServingJson.Default.EvaluationResult, cancellation);
            ModelVersion candidate = await TakeAsync(input, evaluation, cancellation);
            GateResult gate = await JudgeAsync(input, evaluation, candidate.Input, known.Find(known.Serving), cancellation);
            if (await EnterAsync(input, known.Serving, candidate, gate, cancellation) is { } result)
                return result;
        }
    }

    /// <summary>Enters the candidate; null where another version is served meanwhile, with which it was not compared.</summary>
    private async Task<PromotionResult?> EnterAsync(
        PromoteModelInput input, string? against, ModelVersion candidate, GateResult gate, CancellationToken cancellation)
    {
        PromotionResult? result = null;
        await catalogue.UpdateAsync(
            newest =>
            {
                ServedModel model = newest.Find(input.Name) ?? new ServedModel { Name = input.Name };
                result = Earlier(model, input);
                if (result is not null || model.Serving != against)
                    return null;
                if (model.Versions.Count == 0 && newest.Models.Count >= ServingCatalogue.MostModels)
                    throw new BadInputException($"{newest.Models.Count} names are served already, which is the most there may be");
                if (model.Versions.FirstOrDefault(kept => kept.Model == candidate.Model) is not { } version)
                {
                    model = model.Add(candidate with { Gate = gate.Key });
                    version = model.Versions[^1];
                }
                model = gate.Passed ? model.Serve(version.Version) : model.Pruned();
                var record = new PromotionRecord(input.Run, input.Model, version.Version, gate.Passed, against, gate.Reasons, gate.Key);
                result = ResultOf(model.Name, record);
                return newest.With(model.Note(record));
            },
            cancellation);
        return result;
    }

    private static PromotionResult? Earlier(ServedModel model, PromoteModelInput input) =>
        model.Promotions.LastOrDefault(promotion => promotion.Run == input.Run && promotion.Model == input.Model) is { } same
            ? ResultOf(model.Name, same)
            : model.Find(model.Serving) is { } served && served.Model == input.Model
                ? new PromotionResult(model.Name, served.Version, Served: true, served.Version, [], served.Gate)
                : null;

    private static PromotionResult ResultOf(string name, PromotionRecord record) =>
        new(name, record.Version, record.Served, record.Against, record.Reasons, record.Gate);

    /// <summary>Makes sure that the model can be served, and has its files in the catalogue's store.</summary>
    private async Task<ModelVersion> TakeAsync(PromoteModelInput input, EvaluationResult evaluation, CancellationToken cancellation)
    {
        using ObjectContent weights = await runs.ReadAsync($"{input.Model}/{SavedModel.WeightsName}", cancellation);
        using ObjectContent description = await runs.ReadAsync($"{input.Model}/{SavedModel.DescriptionName}", cancellation);
        VersionInput reads;
        try
        {
            reads = VersionInput.Of(Predictor.From(new SavedModel(weights.Memory.ToArray(), description.Memory.ToArray())));
        }
        catch (Exception e) when (e is ModelDigestException or ModelFormatException or UnknownModelException)
        {
            throw new BadInputException($"{input.Model} in {runs.Url} can't be served: {e.Message}", e);
        }
        bool isThere = catalogue.Objects.Url == runs.Url
            || await catalogue.Objects.ExistsAsync($"{input.Model}/{SavedModel.DescriptionName}", cancellation);
        foreach (string name in isThere ? [] : Copied)
        {
            if (!await runs.ExistsAsync($"{input.Model}/{name}", cancellation))
                continue;
            using ObjectContent file = await runs.ReadAsync($"{input.Model}/{name}", cancellation);
            await catalogue.Objects.WriteAsync($"{input.Model}/{name}", file.Memory, cancellation);
        }
        return new ModelVersion(
            Version: "", input.Model, DigestOf(description), DigestOf(weights), input.Run, DateTimeOffset.UtcNow, Gate: "",
            evaluation.Metrics, reads);
    }

    // Figures of two models are compared on the same events: the served one is judged by the candidate's test shards.
    private async Task<GateResult> JudgeAsync(
        PromoteModelInput input, EvaluationResult candidate, VersionInput reads, ModelVersion? served, CancellationToken cancellation)
    {
        // Requests under way, and those who send them, know nothing of a promotion.
        if (served is not null && reads.Misses(served.Input) is { } missed)
            return new GateResult([$"it can't take the place of {served.Version}: {missed}; promote it under another name"], Key: "");
        string key = ContentName.Of(
            "gates", StepVersion, new Dictionary<string, string>(), [input.Evaluation, served?.DescriptionSha256 ?? "none"]) + ".json";
        if (await catalogue.Objects.ExistsAsync(key, cancellation))
        {
            PromotionGate found = await catalogue.Objects.ReadJsonAsync(key, ServingJson.Default.PromotionGate, cancellation);
            return new GateResult(found.Reasons, key);
        }
        PromotionGate gate;
        if (served is null)
        {
            gate = PromotionGate.Judge(candidate);
        }
        else
        {
            try
            {
                SavedModel files = await ServedFiles.ReadAsync(catalogue.Objects, served, cancellation);
                gate = PromotionGate.Compare(
                    candidate, await RescaledEvaluation.RunAsync(runs, input.Statistics, files, (ulong)input.Seed, cancellation));
            }
            catch (Exception e) when (e is ModelFormatException or AlteredModelException)
            {
                return new GateResult([$"it can't be compared with {served.Version}: {e.Message}"], Key: "");
            }
        }
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(gate, ServingJson.Default.PromotionGate);
        await catalogue.Objects.TryWriteAsync(key, content, cancellation);
        return new GateResult(gate.Reasons, key);
    }

    private static string DigestOf(ObjectContent content) => Convert.ToHexStringLower(SHA256.HashData(content.Memory.Span));

    private sealed record GateResult(IReadOnlyList<string> Reasons, string Key)
    {
        public bool Passed => Reasons.Count == 0;
    }
}
