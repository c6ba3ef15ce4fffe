using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;
using DaprHep.Learning.Tuning;

namespace DaprHep.Tuning;

/// <summary>
/// A study in the object store. <c>studies/H/trials.json</c> is what is known of it, named by what is searched, how and on what; whoever
/// searches the same again goes on from there. A search moves on in steps, and each is written with its proposals before it is answered, in
/// two places used in turn: a step asked for twice gives the same proposals, and no trial is given out twice.
/// </summary>
internal sealed class StudyObjects
{
    private const int StepVersion = 1;
    private const string TrialsName = "trials.json";
    private readonly ObjectStore _store;
    private readonly string _name;
    private readonly string _session;
    private readonly StudyOptions _options;
    private readonly SearchSpace _space;

    private StudyObjects(ObjectStore store, string name, string session, StudyOptions options, SearchSpace space) =>
        (_store, _name, _session, _options, _space) = (store, name, session, options, space);

    /// <summary>Key of what is known of the study.</summary>
    public string Key => $"{_name}/{TrialsName}";

    /// <summary>The study that is asked for, on the statistics' training events.</summary>
    /// <exception cref="BadInputException">Space, algorithm or options are to blame; the message has line and field.</exception>
    public static StudyObjects Of(TuneModelInput tune, string session)
    {
        try
        {
            if (!Enum.TryParse(tune.Search.Algorithm, ignoreCase: true, out TuningAlgorithm algorithm))
            {
                string known = string.Join(", ", Enum.GetNames<TuningAlgorithm>()).ToLowerInvariant();
                throw new BadInputException($"the search algorithm '{tune.Search.Algorithm}' is not known; expected one of {known}");
            }
            SearchSpace space = SearchSpaceReader.Read(tune.Search.Space, "the search space");
            var options = new StudyOptions
            {
                Model = tune.Model,
                Dataset = tune.Statistics,
                Algorithm = algorithm,
                Trials = tune.Search.Trials,
                Epochs = tune.Epochs ?? ModelRegistry.UsualTrainingOf(tune.Model).Epochs,
                Folds = tune.Search.Folds,
                Patience = tune.Search.Patience,
                Seed = (ulong)tune.Seed,
                Training = TrainingOf(tune),
                Device = TrainingDevices.Parse(tune.Training?.Device ?? TrainingRequest.Cpu),
                MixedPrecision = tune.Training?.MixedPrecision ?? false,
            };
            _ = new Study(options, space);
            string name = ContentName.Of(
                "studies",
                StepVersion,
                new Dictionary<string, string>
                {
                    ["options"] = JsonSerializer.Serialize(options),
                    ["space"] = space.Json.ToJsonString(),
                },
                [tune.Statistics]);
            return new StudyObjects(ObjectStore.Open(tune.Store), name, session, options, space);
        }
        catch (Exception e) when (e is SearchSpaceException or UnknownModelException or HyperParameterException
            or TrainingDeviceException or ArgumentOutOfRangeException)
        {
            throw new BadInputException(e.Message, e);
        }
    }

    // What is usual anyway names no other study.
    private static HyperParameters? TrainingOf(TuneModelInput tune) =>
        TrainingParameters.Unusual(tune.Model, HyperParameters.From(tune.Training?.Parameters)) is { Count: > 0 } unusual ? unusual : null;

    /// <summary>The study as it is known; runs that an earlier search left behind are free to be proposed again.</summary>
    public async Task<Study> BeginAsync(CancellationToken cancellation)
    {
        if (!await _store.ExistsAsync(Key, cancellation))
            return new Study(_options, _space);
        using ObjectContent content = await _store.ReadAsync(Key, cancellation);
        Study study = Study.Continue(content.Memory.Span, Key, _options, _space);
        study.ForgetRunning();
        return study;
    }

    /// <summary>A step of the search as it was written; null when it was not.</summary>
    public async Task<(Study Study, IReadOnlyList<JsonElement> Trials)?> FindStepAsync(int step, CancellationToken cancellation)
    {
        string key = KeyOf(step);
        if (!await _store.ExistsAsync(key, cancellation))
            return null;
        using ObjectContent content = await _store.ReadAsync(key, cancellation);
        using JsonDocument document = JsonDocument.Parse(content.Memory);
        JsonElement root = document.RootElement;
        if (root.GetProperty("step").GetInt32() != step)
            return null;
        Study study = Study.Continue(root.GetProperty("study").GetBytesFromBase64(), key, _options, _space);
        return (study, [.. root.GetProperty("trials").EnumerateArray().Select(trial => trial.Clone())]);
    }

    /// <summary>Writes a step with its proposals, and what is known of the study.</summary>
    public async Task WriteStepAsync(int step, Study study, IReadOnlyList<JsonElement> trials, CancellationToken cancellation)
    {
        byte[] known = study.Write();
        var document = new JsonObject
        {
            ["step"] = step,
            ["study"] = Convert.ToBase64String(known),
            ["trials"] = JsonSerializer.SerializeToNode(trials),
        };
        await _store.WriteAsync(KeyOf(step), JsonSerializer.SerializeToUtf8Bytes(document), cancellation);
        await _store.WriteAsync(Key, known, cancellation);
    }

    /// <summary>Deletes the checkpoints of a trial that has ended, or of all trials when the search has.</summary>
    /// <param name="trial">The trial; null for all.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public async Task DeleteCheckpointsAsync(int? trial, CancellationToken cancellation)
    {
        string prefix = $"checkpoints/{_name}/" + (trial is { } id ? TrialRun.FolderOf(id) + "/" : "");
        try
        {
            await foreach (ObjectEntry checkpoint in _store.ListAsync(prefix, cancellation))
                await _store.DeleteAsync(checkpoint.Key, cancellation);
        }
        catch (ObjectStoreException)
        {
            // They take room, and nobody waits for it.
        }
    }

    private string KeyOf(int step) => string.Create(CultureInfo.InvariantCulture, $"{_name}/{_session}/step-{step % 2}.json");
}
