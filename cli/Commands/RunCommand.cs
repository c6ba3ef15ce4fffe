using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using DaprHep.Cli.Embedded;
using DaprHep.Cli.Gateway;
using DaprHep.Cli.Progress;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Tuning;
using Spectre.Console;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep run</c>: from ROOT files to a report, in this process or behind a gateway.</summary>
internal static class RunCommand
{
    private static readonly PipelineRequest Defaults = new() { Run = "", Store = "", Samples = [] };

    public static Command Create()
    {
        var samples = new Argument<string?>("SAMPLES")
        {
            Description = "Folder with the sub-folders qcd, ttbar and wjets of ROOT files.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var sample = new Option<string[]>("--sample")
        {
            Description = "Instead of SAMPLES: CLASS=FILES, once a class or more; a path, URL, glob or @list.",
            HelpName = "CLASS=GLOB",
        };
        var output = new Option<string>("--out")
        {
            Description = "Folder for report.html, metrics.json, model/ and run.json.",
            Required = true,
            HelpName = "OUT",
        };
        var model = new Option<string>("--model") { Description = "Model to train.", DefaultValueFactory = _ => Defaults.Model };
        var physics = new Option<string>("--physics")
        {
            Description = "standard: textbook definitions; cern2019: the published pipeline's.",
            DefaultValueFactory = _ => Defaults.Physics,
        };
        physics.AcceptOnlyFromAmong("standard", "cern2019");
        Option<long?> maxEvents = NumberOption.Optional("--max-events", "Read at most so many events of each class.", 1L);
        var test = new Option<string?>("--test") { Description = "Folder like SAMPLES to test on, instead of a fifth of the events.", HelpName = "SAMPLES" };
        var store = new Option<string?>("--store") { Description = "Object store for the data between steps; default OUT/store.", HelpName = "URL" };
        Option<int> badFiles = NumberOption.Create("--max-bad-files", "Leave out files that can't be read, at most so many.", 0, 0);
        var hash = new Option<bool>("--hash-inputs") { Description = "Record the SHA-256 of every input file." };
        var compress = new Option<string?>("--compress") { Description = "Compress events and shards in the store.", HelpName = "zstd|lz4" };
        compress.AcceptOnlyFromAmong([.. EventCompression.Names]);
        var tune = new Option<string?>("--tune")
        {
            Description = "Search hyper-parameters before the training: YAML file of the search space, as in samples/spaces.",
            HelpName = "FILE",
        };
        var algorithm = new Option<string>("--algorithm")
        {
            Description = "How the search chooses points.",
            DefaultValueFactory = _ => "asha",
        };
        algorithm.AcceptOnlyFromAmong([.. Enum.GetNames<TuningAlgorithm>().Select(name => name.ToLowerInvariant())]);
        Option<int?> trials = NumberOption.Optional("--trials", "Trials of the search at most.", 1, StudyOptions.MostTrials);
        Option<int> parallel = NumberOption.Create("--parallel", "Trials of the search at a time.", Environment.ProcessorCount, 1);
        var promote = new Option<string?>("--promote")
        {
            Description = "Serve the model under this name (default: the model's own) when it is not worse than what is served.",
            Arity = ArgumentArity.ZeroOrOne,
            HelpName = "NAME",
        };
        var gateway = new Option<string?>("--gateway")
        {
            Description = "Run in the services behind this gateway instead of in this process.",
            HelpName = "URL",
        };
        var memory = new Option<string?>("--memory")
        {
            Description = "Memory of a process for events, however many they are; default half of the machine's, or what its service is told.",
            HelpName = "512MB",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of a table." };

        var command = new Command("run", "From ROOT files to a trained and evaluated classifier.")
        {
            samples, sample, output, model, physics, maxEvents, test, store, badFiles, hash, compress, tune, algorithm, trials, parallel, promote,
            gateway, memory, json,
        };
        var training = new TrainingArguments(command);
        command.Validators.Add(result =>
        {
            bool folder = result.GetValue(samples) is not null, globs = result.GetValue(sample) is { Length: > 0 };
            if (folder == globs)
                result.AddError(folder ? "give SAMPLES or --sample, not both" : "give a SAMPLES folder, or --sample CLASS=GLOB once a class");
        });
        command.SetAction((parsed, cancellation) => Failure.Guard(async () =>
        {
            string[] globs = parsed.GetValue(sample) ?? [];
            var request = new PipelineRequest
            {
                Run = "",
                Store = parsed.GetValue(store) ?? "",
                Samples = globs.Length > 0 ? SampleArguments.FromGlobs(globs) : SampleArguments.FromFolder(parsed.GetValue(samples)!),
                TestSamples = parsed.GetValue(test) is { } testFolder ? SampleArguments.FromFolder(testFolder) : [],
                Physics = parsed.GetValue(physics)!,
                Model = parsed.GetValue(model)!,
                MaxEvents = parsed.GetValue(maxEvents),
                HashInputs = parsed.GetValue(hash),
                Compress = parsed.GetValue(compress),
                Memory = parsed.GetValue(memory) is { } bytes ? DataMemory.Parse("--memory", bytes).Bytes : null,
                MaxBadFiles = parsed.GetValue(badFiles),
                Tune = parsed.GetValue(tune) is not { } file ? null : new TuneRequest
                {
                    Space = SpaceFor(parsed.GetValue(model)!, file),
                    Algorithm = parsed.GetValue(algorithm)!,
                    Trials = parsed.GetValue(trials),
                    Parallel = parsed.GetValue(parallel),
                },
                Promote = parsed.GetResult(promote) is null ? null : NameFor(parsed.GetValue(promote) ?? parsed.GetValue(model)!),
                Attempts = parsed.GetValue(gateway) is null ? 1 : Defaults.Attempts,
            };
            // Hours of conversion are not spent before a typing error or a missing GPU is found; behind a gateway, GPUs are its services'.
            if (parsed.GetValue(gateway) is null)
                _ = training.OptionsFor(request.Model, parsed);
            request = training.Ask(request, parsed);
            await RunAsync(request, parsed.GetValue(output)!, parsed.GetValue(gateway), parsed.GetValue(json), cancellation);
        }, interrupted: "interrupted; finished steps are kept in the store, and the same command goes on after them"));
        return command;
    }

    // Hours of conversion are not spent before a typing error is found.
    private static string SpaceFor(string model, string file)
    {
        SearchSpace space = SpaceFile.Read("--tune", file);
        space.Check(model);
        return space.Json.ToJsonString();
    }

    private static string NameFor(string name) => PipelineRequest.CanServe(name)
        ? name
        : throw new UsageException($"--promote {name}: expected 1 to 64 small letters, digits, '-', '.' and '_'");

    private static async Task RunAsync(
        PipelineRequest request, string output, string? gateway, bool json, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        // Hours of conversion are not spent before a typing error is found.
        if (!ModelRegistry.Names.Contains(request.Model))
            throw new UnknownModelException(request.Model, ModelRegistry.Names);
        OutputFolder folder = OutputFolder.Prepare(output);
        IReadOnlyList<StepTiming> steps;
        try
        {
            if (request.Store.Length == 0)
                request = request with { Store = folder.StoreUrl };
            RunState state = await StepWatch.WatchAsync(progress => gateway is null
                ? EmbeddedAsync(request, progress, cancellation)
                : RemoteAsync(gateway, request, progress, cancellation));
            PipelineResult result = GatewayRun.ResultOf(state);
            steps = state.Timings ?? [];
            await folder.PublishAsync(ObjectStore.Open(request.Store), result.Model, result.Report, cancellation);
        }
        catch (Exception e) when (Failure.IsBadInput(e))
        {
            folder.Abandon();
            throw;
        }
        RunSummary summary = RunSummary.Read(folder.FullPath, steps, Stopwatch.GetElapsedTime(started));
        if (json)
            Console.Out.WriteLine(JsonSerializer.Serialize(summary.ToJson()));
        else
            AnsiConsole.Write(summary.ToTable());
    }

    private static async Task<RunState> EmbeddedAsync(
        PipelineRequest request, IProgressSink progress, CancellationToken cancellation)
    {
        await using EmbeddedStack stack = await EmbeddedStack.StartAsync(request, cancellation);
        using GatewayClient client = stack.Connect();
        RunState state = await client.StartAsync(request, cancellation);
        return await GatewayRun.FollowAsync(client, state.Run, progress, Console.Error.WriteLine, cancellation);
    }

    private static async Task<RunState> RemoteAsync(
        string gateway, PipelineRequest request, IProgressSink progress, CancellationToken cancellation)
    {
        using var client = new GatewayClient(gateway);
        RunState state = await client.StartAsync(request, cancellation);
        Console.Error.WriteLine($"run {state.Run}");
        return await GatewayRun.FollowAsync(client, state.Run, progress, Console.Error.WriteLine, cancellation);
    }
}
