using System.Text.Json;
using System.Text.Json.Serialization;
using DaprHep.Data.Events;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;
using DaprHep.Root;

namespace DaprHep.Gateway;

/// <summary>The body of <c>POST /runs</c>: the fields of a pipeline request, of which only <c>samples</c> must be given.</summary>
internal sealed record RunSubmission
{
    private static readonly PipelineRequest Defaults = new() { Run = "", Store = "", Samples = [] };
    private static readonly string[] Profiles = ["standard", "cern2019"];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
    };

    /// <summary>Input files by class.</summary>
    public IReadOnlyList<SampleFiles>? Samples { get; init; }

    /// <summary>Files by class to test on; where there are none, a fifth of the events is held back.</summary>
    public IReadOnlyList<SampleFiles>? TestSamples { get; init; }

    /// <summary>URL of the object store; the gateway's own where there is none.</summary>
    public string? Store { get; init; }

    /// <summary>Physics profile.</summary>
    public string Physics { get; init; } = Defaults.Physics;

    /// <summary>Name of the model.</summary>
    public string Model { get; init; } = Defaults.Model;

    /// <summary>Passes over the training data; as many as the model usually needs where it is not said.</summary>
    public int? Epochs { get; init; }

    /// <summary>Events a gradient step.</summary>
    public int Batch { get; init; } = Defaults.Batch;

    /// <summary>Processes that train together, from 1 to 64.</summary>
    public int Ranks { get; init; } = Defaults.Ranks;

    /// <summary>How the model is trained beyond that: device, and hyper-parameters by name.</summary>
    public TrainingRequest? Training { get; init; }

    /// <summary>Seed of everything random.</summary>
    public int Seed { get; init; } = Defaults.Seed;

    /// <summary>At most so many events of each class.</summary>
    public long? MaxEvents { get; init; }

    /// <summary>Whether the SHA-256 of every input file is recorded.</summary>
    public bool HashInputs { get; init; }

    /// <summary>How events and shards are compressed, <c>zstd</c> or <c>lz4</c>; null for not at all.</summary>
    public string? Compress { get; init; }

    /// <summary>Bytes that the data steps of a process may hold; the services' own budget where it is not said.</summary>
    public long? Memory { get; init; }

    /// <summary>The search for hyper-parameters before the training; null for none.</summary>
    public TuneRequest? Tune { get; init; }

    /// <summary>Name under which the model is to be served when it is not worse than what is served; null for no promotion.</summary>
    public string? Promote { get; init; }

    /// <summary>How often a step that fails is done before the run fails.</summary>
    public int Attempts { get; init; } = Defaults.Attempts;

    /// <summary>Files that can't be read are left out and listed, at most so many.</summary>
    public int MaxBadFiles { get; init; }

    /// <summary>Reads a body; what is wrong with it is added to <paramref name="errors"/> by field path.</summary>
    public static async Task<RunSubmission?> ReadAsync(HttpRequest request, Dictionary<string, string[]> errors)
    {
        try
        {
            RunSubmission? submission = await JsonSerializer.DeserializeAsync<RunSubmission>(
                request.Body, Json, request.HttpContext.RequestAborted);
            if (submission is null)
                errors["$"] = ["expected a JSON object, found null"];
            else
                submission.Check(errors);
            return submission;
        }
        catch (JsonException e)
        {
            errors[e.Path is { Length: > 0 } path ? path : "$"] = [MessageOf(e)];
            return null;
        }
    }

    /// <summary>
    /// Adds what the gateway's callers may not have opened to <paramref name="errors"/>: files, and another store than its own.
    /// </summary>
    public void CheckAccess(InputAccess access, string? ownStore, Dictionary<string, string[]> errors)
    {
        if (Store is not null && Store != ownStore)
            Check("$.store", Store);
        CheckFiles("$.samples", Samples);
        CheckFiles("$.testSamples", TestSamples);

        void CheckFiles(string path, IReadOnlyList<SampleFiles>? samples)
        {
            for (int i = 0; i < (samples?.Count ?? 0); i++)
            {
                for (int j = 0; j < (samples![i]?.Files?.Count ?? 0); j++)
                    Check($"{path}[{i}].files[{j}]", samples[i].Files[j] ?? "");
            }
        }

        void Check(string path, string url)
        {
            try
            {
                access.Check(url);
            }
            catch (InputRefusedException e)
            {
                errors.TryAdd(path, [e.Message]);
            }
        }
    }

    /// <summary>The workflow's input.</summary>
    public PipelineRequest ToRequest(string run, string store) => new()
    {
        Run = run,
        Store = store,
        Samples = Samples!,
        TestSamples = TestSamples ?? [],
        Physics = Physics,
        Model = Model,
        Epochs = Epochs,
        Batch = Batch,
        Seed = Seed,
        Ranks = Ranks,
        Training = Training,
        MaxEvents = MaxEvents,
        HashInputs = HashInputs,
        Compress = Compress,
        Memory = Memory,
        Tune = Tune,
        Promote = Promote,
        Attempts = Attempts,
        MaxBadFiles = MaxBadFiles,
    };

    private void Check(Dictionary<string, string[]> errors)
    {
        if (Samples is not { Count: > 0 })
            errors["$.samples"] = ["expected a list of {\"class\": …, \"files\": […]}, one for each class"];
        CheckSamples("$.samples", Samples, errors);
        CheckSamples("$.testSamples", TestSamples, errors);
        if (!Profiles.Contains(Physics))
            errors["$.physics"] = [$"expected {string.Join(" or ", Profiles)}, found '{Physics}'"];
        if (Compress is not null && !EventCompression.Names.Contains(Compress))
            errors["$.compress"] = [$"expected {string.Join(" or ", EventCompression.Names)}, found '{Compress}'"];
        if (string.IsNullOrWhiteSpace(Model))
            errors["$.model"] = ["expected the name of a model"];
        CheckRange("$.epochs", Epochs ?? 1, 1, errors);
        CheckRange("$.batch", Batch, 1, errors);
        CheckRange("$.seed", Seed, 0, errors);
        CheckRanks(errors);
        CheckTraining(errors);
        CheckRange("$.attempts", Attempts, 1, errors);
        CheckRange("$.maxBadFiles", MaxBadFiles, 0, errors);
        if (MaxBadFiles > BadFile.Most)
            errors["$.maxBadFiles"] = [$"expected at most {BadFile.Most}, found {MaxBadFiles}"];
        if (MaxEvents is { } events)
            CheckRange("$.maxEvents", events, 1, errors);
        if (Memory is { } memory)
            CheckRange("$.memory", memory, DataMemory.Least, errors);
        if (Promote is not null && !PipelineRequest.CanServe(Promote))
            errors["$.promote"] = [$"expected 1 to 64 small letters, digits, '-', '.' and '_', found '{Promote}'"];
        if (Tune is not { } tune)
            return;
        if (string.IsNullOrWhiteSpace(tune.Space))
            errors["$.tune.space"] = ["expected a search space, as YAML"];
        CheckRange("$.tune.trials", tune.Trials ?? 1, 1, errors);
        CheckRange("$.tune.folds", tune.Folds, 1, errors);
        CheckRange("$.tune.patience", tune.Patience, 0, errors);
        CheckRange("$.tune.parallel", tune.Parallel, 1, errors);
    }

    private void CheckRanks(Dictionary<string, string[]> errors)
    {
        if (Ranks is < 1 or > PipelineRequest.MostRanks)
            errors["$.ranks"] = [$"expected a whole number from 1 to {PipelineRequest.MostRanks}, found {Ranks}"];
        else if (Ranks > 1 && ModelRegistry.Names.Contains(Model) && !ModelRegistry.LearnsAcrossRanks(Model))
            errors["$.ranks"] = [$"model '{Model}' is trained by one process; leave the ranks out, found {Ranks}"];
        else if (Ranks > Batch && Batch >= 1 && Tune is null)
            errors["$.ranks"] = [$"a batch of {Batch} events cannot be divided among {Ranks} ranks"];
    }

    private void CheckTraining(Dictionary<string, string[]> errors)
    {
        if (Training is not { } training)
            return;
        if (training.Device is not (TrainingRequest.Cpu or TrainingRequest.Cuda))
            errors["$.training.device"] = [$"expected {TrainingRequest.Cpu} or {TrainingRequest.Cuda}, found '{training.Device}'"];
        else if (training.MixedPrecision && training.Device != TrainingRequest.Cuda)
            errors["$.training.mixedPrecision"] = [$"is for device {TrainingRequest.Cuda} alone"];
        foreach (string name in (string[])["epochs", "batch"])
        {
            if (training.Parameters?.ContainsKey(name) == true)
                errors[$"$.training.parameters.{name}"] = [$"belongs to the run: say it in $.{name}"];
        }
        try
        {
            if (ModelRegistry.Names.Contains(Model))
                _ = ModelRegistry.UsualTrainingOf(Model).With(HyperParameters.From(training.Parameters));
        }
        catch (HyperParameterException e)
        {
            errors[$"$.training.parameters.{e.Name}"] = [e.Problem];
        }
    }

    private static void CheckSamples(string path, IReadOnlyList<SampleFiles>? samples, Dictionary<string, string[]> errors)
    {
        for (int i = 0; i < (samples?.Count ?? 0); i++)
        {
            if (samples![i] is not { } sample)
                errors[$"{path}[{i}]"] = ["expected {\"class\": …, \"files\": […]}, found null"];
            else if (string.IsNullOrWhiteSpace(sample.Class))
                errors[$"{path}[{i}].class"] = ["expected the name of a class: qcd, ttbar or wjets"];
            else if (sample.Files is not { Count: > 0 } || sample.Files.Any(string.IsNullOrWhiteSpace))
                errors[$"{path}[{i}].files"] = ["expected a list of paths or URLs, at least one"];
        }
    }

    private static void CheckRange(string path, long value, long minimum, Dictionary<string, string[]> errors)
    {
        if (value < minimum)
            errors[path] = [$"expected a whole number of at least {minimum}, found {value}"];
    }

    // The text before the position, which the path says better.
    private static string MessageOf(JsonException e)
    {
        int position = e.Message.IndexOf(" Path:", StringComparison.Ordinal);
        return position < 0 ? e.Message : e.Message[..position];
    }
}
