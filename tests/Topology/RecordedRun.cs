using Dapr.Workflow;
using Dapr.Workflow.Registration;
using DaprHep.DevSidecar;
using DaprHep.DevSidecar.Tests;
using DaprHep.Hosting.Contracts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace DaprHep.Topology.Tests;

/// <summary>
/// A run of the real workflows, worker and sidecar, with activities that only answer, whose every workflow turn is written down.
/// </summary>
internal sealed class RecordedRun : IAsyncDisposable
{
    private const string Run = "20260101-000000-abcdef";
    private const int Partitions = 3;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("recorded-run-");
    private readonly TrafficRecorder _recorder = new();
    private readonly List<IHost> _apps = [];
    private Sidecar _sidecar = null!;

    /// <summary>The workflows of the pipeline, as the gateway registers them; what trains is a child that only answers.</summary>
    public static void RegisterWorkflows(WorkflowRuntimeOptions worker)
    {
        worker.RegisterWorkflow<TopologyPipeline>();
        worker.RegisterWorkflow<ConvertPartitions>();
        worker.RegisterWorkflow<ScatterPartitions>();
        worker.RegisterWorkflow<BuildShards>();
        worker.RegisterWorkflow<WaitForWorker>();
        worker.RegisterWorkflow<JobCall<TrainModelInput>, TrainModelOutput>(
            nameof(TrainModel), (_, _) => Task.FromResult(new TrainModelOutput("models/0123456789abcdef", 1000)));
    }

    /// <summary>Does the run, and gives the lines of its traffic.</summary>
    public async Task<IReadOnlyList<string>> RecordAsync()
    {
        _sidecar = await Sidecar.StartAsync(new SidecarOptions
        {
            JournalPath = Path.Combine(_folder.FullName, "journal.db"),
            Nodes = [.. ((string[])[Apps.Pipeline, .. Apps.All]).Select(app => new NodeOptions(app))],
        });
        int recorded = await _recorder.OpenAsync(Apps.Pipeline, _sidecar.Node(Apps.Pipeline).GrpcPort);
        await AddAsync(recorded, worker =>
        {
            RegisterWorkflows(worker);
            worker.RegisterActivity<string, DateTimeOffset?>(WaitForWorker.Ask, (_, _) => Task.FromResult<DateTimeOffset?>(null));
            worker.RegisterActivity<string, bool>(TopologyPipeline.StopWork, (_, _) => Task.FromResult(true));
        });
        await AddAsync(_sidecar.Node(Apps.Ingest).GrpcPort, worker =>
        {
            Answer(worker, "PlanPartitions", (PlanPartitionsInput _) =>
                new PlanPartitionsOutput("plans/0123456789abcdef", Partitions, 1000, BadFiles: 0));
            Answer(worker, "ConvertPartition", (ConvertPartitionInput _) => new ConvertPartitionOutput(20_000, 15_000, BadFile: null));
        });
        await AddAsync(_sidecar.Node(Apps.Features).GrpcPort, worker =>
        {
            Answer(worker, "MergeStatistics", (MergeStatisticsInput _) =>
                new MergeStatisticsOutput("statistics/0123456789abcdef.json", 2, 1, 1000, 1000) { Scattered = Partitions });
            Answer(worker, "ScatterPartition", (ScatterPartitionInput _) => true);
            Answer(worker, "BuildShard", (BuildShardInput _) => new BuildShardOutput(16_384));
        });
        await AddAsync(_sidecar.Node(Apps.Trainer).GrpcPort, worker =>
        {
            Answer(worker, "EvaluateModel", (EvaluateModelInput _) =>
                new EvaluateModelOutput("evaluations/0123456789abcdef.json", 0.9, new Dictionary<string, double>(), 1000));
            Answer(worker, "WriteReport", (WriteReportInput input) => new WriteReportOutput($"runs/{input.Request.Run}", []));
        });
        await AddAsync(_sidecar.Node(Apps.Serving).GrpcPort, worker => Answer(worker, "Promote", (PromoteModelInput input) =>
            new PromotionResult(input.Name, "0123456789ab", Served: true, Against: null, [], "gates/0123456789abcdef.json")));

        await using DaprWorkflowClient workflows = new DaprWorkflowClientBuilder().UseGrpcEndpoint(EndpointOf(recorded)).Build();
        using var limit = new CancellationTokenSource(Patience.Limit);
        var request = new PipelineRequest
        {
            Run = Run, Store = "s3://bucket/prefix", Samples = [new SampleFiles("qcd", ["s3://bucket/a.root"])], Promote = "topology",
        };
        await workflows.ScheduleNewWorkflowAsync(nameof(TopologyPipeline), Run, request, startTime: null, limit.Token);
        WorkflowState end = await workflows.WaitForWorkflowCompletionAsync(Run, cancellation: limit.Token);
        end.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Completed, end.FailureDetails?.ErrorMessage);
        return _recorder.Stop();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IHost app in _apps)
        {
            await app.StopAsync();
            app.Dispose();
        }
        await _recorder.DisposeAsync();
        await _sidecar.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static void Answer<TInput, TOutput>(WorkflowRuntimeOptions worker, string activity, Func<TInput, TOutput> answer) =>
        worker.RegisterActivity<TInput, TOutput>(activity, (_, input) => Task.FromResult(answer(input)));

    private async Task AddAsync(int port, Action<WorkflowRuntimeOptions> register)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["DAPR_GRPC_ENDPOINT"] = EndpointOf(port) });
        builder.Services.AddDaprWorkflow(register);
        IHost host = builder.Build();
        _apps.Add(host);
        await host.StartAsync();
    }

    private static string EndpointOf(int port) => $"http://127.0.0.1:{port}";
}
