using Dapr.Workflow;
using Dapr.Workflow.Client;
using Dapr.Workflow.Registration;
using DaprHep.DevSidecar;
using DaprHep.Hosting.Contracts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace DaprHep.Topology.Tests;

/// <summary>The pipeline on a plan of ten thousand partitions: the real workflows, worker and sidecar; activities that only count.</summary>
internal sealed class LargeRun : IAsyncDisposable
{
    /// <summary>Partitions of the plan.</summary>
    public const int Partitions = 10_000;

    private const string Run = "20260101-000000-abcdef";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("large-run-");
    private readonly List<IHost> _apps = [];
    private readonly HashSet<int> _converted = [];
    private Sidecar _sidecar = null!;
    private DaprWorkflowClient _workflows = null!;

    /// <summary>Partitions that were converted.</summary>
    public int Converted => _converted.Count;

    /// <summary>Workflows that there were: the run and its children.</summary>
    public int Workflows { get; private set; }

    /// <summary>Largest gRPC message, bytes.</summary>
    public long LargestMessage => _sidecar.LargestMessageBytes;

    /// <summary>Events in the run's own history.</summary>
    public int History { get; private set; }

    /// <summary>Events in the longest history of a child.</summary>
    public int LongestChildHistory { get; private set; }

    /// <summary>Starts the sidecar and the apps.</summary>
    public async Task StartAsync()
    {
        _sidecar = await Sidecar.StartAsync(new SidecarOptions
        {
            JournalPath = Path.Combine(_folder.FullName, "journal.db"),
            Nodes = [new NodeOptions(Apps.Pipeline), new NodeOptions(Apps.Ingest), new NodeOptions(Apps.Features), new NodeOptions(Apps.Trainer)],
        });
        await AddAsync(Apps.Pipeline, worker =>
        {
            worker.RegisterWorkflow<TopologyPipeline>();
            worker.RegisterWorkflow<ConvertPartitions>();
            worker.RegisterWorkflow<ScatterPartitions>();
            worker.RegisterWorkflow<BuildShards>();
            worker.RegisterWorkflow<JobCall<TrainModelInput>, TrainModelOutput>(nameof(TrainModel), (_, _) =>
                Task.FromResult(new TrainModelOutput("models/0123456789abcdef", 1000)));
            worker.RegisterActivity<string, DateTimeOffset?>(WaitForWorker.Ask, (_, _) => Task.FromResult<DateTimeOffset?>(null));
        });
        await AddAsync(Apps.Ingest, worker =>
        {
            worker.RegisterActivity<PlanPartitionsInput, PlanPartitionsOutput>("PlanPartitions", (_, _) =>
                Task.FromResult(new PlanPartitionsOutput("plans/0123456789abcdef0123456789abcdef", Partitions, 1000, BadFiles: 0)));
            worker.RegisterActivity<ConvertPartitionInput, ConvertPartitionOutput>("ConvertPartition", (_, input) =>
            {
                lock (_converted)
                    _converted.Add(input.Index);
                return Task.FromResult(new ConvertPartitionOutput(20_000, 15_000, BadFile: null));
            });
        });
        await AddAsync(Apps.Features, worker =>
        {
            worker.RegisterActivity<MergeStatisticsInput, MergeStatisticsOutput>("MergeStatistics", (_, _) =>
                Task.FromResult(new MergeStatisticsOutput("statistics/0123456789abcdef.json", 1_200, 300, 1000, 1000) { Scattered = Partitions }));
            worker.RegisterActivity<ScatterPartitionInput, bool>("ScatterPartition", (_, _) => Task.FromResult(true));
            worker.RegisterActivity<BuildShardInput, BuildShardOutput>("BuildShard", (_, _) => Task.FromResult(new BuildShardOutput(16_384)));
        });
        await AddAsync(Apps.Trainer, RegisterTrainer);
        _workflows = new DaprWorkflowClientBuilder().UseGrpcEndpoint(EndpointOf(Apps.Pipeline)).Build();
    }

    public async ValueTask DisposeAsync()
    {
        await _workflows.DisposeAsync();
        foreach (IHost app in _apps)
        {
            await app.StopAsync();
            app.Dispose();
        }
        await _sidecar.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Runs it to its end and looks at what it left.</summary>
    /// <exception cref="InvalidOperationException">It did not complete.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var request = new PipelineRequest
        {
            Run = Run,
            Store = "s3://a-bucket-with-a-name-of-some-length/and/a/prefix/that/is/as/long/as/people/make/them/in/practice",
            Samples = [new SampleFiles("qcd", ["s3://bucket/a.root"])],
        };
        await _workflows.ScheduleNewWorkflowAsync(nameof(TopologyPipeline), Run, request, startTime: null, cancellation);
        WorkflowState state = await _workflows.WaitForWorkflowCompletionAsync(Run, cancellation: cancellation);
        if (state.RuntimeStatus != WorkflowRuntimeStatus.Completed)
            throw new InvalidOperationException($"the run ended {state.RuntimeStatus}: {state.FailureDetails?.ErrorMessage}");
        WorkflowInstancePage all = await _workflows.ListInstanceIdsAsync(pageSize: 1000, cancellation: cancellation);
        Workflows = all.InstanceIds.Count;
        foreach (string instance in all.InstanceIds)
        {
            int events = (await _workflows.GetInstanceHistoryAsync(instance, cancellation)).Count;
            if (instance == Run)
                History = events;
            else
                LongestChildHistory = Math.Max(LongestChildHistory, events);
        }
    }

    private static void RegisterTrainer(WorkflowRuntimeOptions worker)
    {
        worker.RegisterActivity<EvaluateModelInput, EvaluateModelOutput>("EvaluateModel", (_, _) =>
            Task.FromResult(new EvaluateModelOutput("evaluations/0123456789abcdef.json", 0.9, new Dictionary<string, double>(), 1000)));
        worker.RegisterActivity<WriteReportInput, WriteReportOutput>("WriteReport", (_, input) =>
            Task.FromResult(new WriteReportOutput($"runs/{input.Request.Run}", [])));
    }

    private async Task AddAsync(string app, Action<WorkflowRuntimeOptions> register)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["DAPR_GRPC_ENDPOINT"] = EndpointOf(app) });
        builder.Services.AddDaprWorkflow(register);
        IHost host = builder.Build();
        _apps.Add(host);
        await host.StartAsync();
    }

    private string EndpointOf(string app) => $"http://127.0.0.1:{_sidecar.Node(app).GrpcPort}";
}
