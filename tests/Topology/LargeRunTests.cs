using Dapr.Workflow;
using Dapr.Workflow.Client;
using Dapr.Workflow.Registration;
using DaprHep.DevSidecar;
using DaprHep.Hosting.Contracts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace DaprHep.Topology.Tests;

/// <summary>The pipeline on a plan of ten thousand partitions: the real workflows, worker and sidecar; activities that only count.</summary>
public sealed class LargeRunTests : IAsyncLifetime
{
    private const int Partitions = 10_000;
    private const long MebiByte = 1 << 20;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("large-run-");
    private readonly List<IHost> _apps = [];
    private readonly HashSet<int> _converted = [];
    private Sidecar _sidecar = null!;
    private DaprWorkflowClient _workflows = null!;

    public async ValueTask InitializeAsync()
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

    [Fact]
    public async Task Ten_thousand_partitions_need_no_message_over_a_mebibyte_and_no_long_history()
    {
        const string Run = "20260101-000000-abcdef";
        var request = new PipelineRequest
        {
            Run = Run,
            Store = "s3://a-bucket-with-a-name-of-some-length/and/a/prefix/that/is/as/long/as/people/make/them/in/practice",
            Samples = [new SampleFiles("qcd", ["s3://bucket/a.root"])],
        };
        await _workflows.ScheduleNewWorkflowAsync(nameof(TopologyPipeline), Run, request);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        WorkflowState state = await _workflows.WaitForWorkflowCompletionAsync(Run, cancellation: limit.Token);
        state.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Completed, state.FailureDetails?.ErrorMessage);
        _converted.Count.ShouldBe(Partitions);

        TestContext.Current.TestOutputHelper!.WriteLine($"largest message {_sidecar.LargestMessageBytes} bytes");
        _sidecar.LargestMessageBytes.ShouldBeLessThan(MebiByte);
        (await _workflows.GetInstanceHistoryAsync(Run)).Count.ShouldBeLessThan(300);
        WorkflowInstancePage all = await _workflows.ListInstanceIdsAsync(pageSize: 1000);
        all.InstanceIds.Count.ShouldBe(1 + (2 * Partitions / 500) + 3 + 1 + 1);
        foreach (string child in all.InstanceIds.Where(id => id != Run))
            (await _workflows.GetInstanceHistoryAsync(child)).Count.ShouldBeLessThan(1_600);
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
