using System.Globalization;
using System.Text.Json;
using Dapr.Workflow;
using Dapr.Workflow.Registration;
using DaprHep.DevSidecar;
using DaprHep.Gateway;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Jobs;
using DaprHep.Hosting.Runs;
using DaprHep.Topology;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace DaprHep.Jobs.Tests;

/// <summary>What a job of the tests does: given the job's input and its context, it gives a number.</summary>
internal delegate Task<int> Work(string input, JobContext context);

/// <summary>A job that does what its service's <see cref="Work"/> says, on one core.</summary>
internal sealed class TestJob(Work work) : Job<string, int>
{
    public const string Kind = "test";

    protected override int CoresOf(string input) => input.StartsWith("wide", StringComparison.Ordinal) ? int.MaxValue : 1;

    protected override Task<int> RunAsync(string input, JobContext context) => work(input, context);
}

/// <summary>The workflow that has it done by app <c>worker</c>.</summary>
internal sealed class TestWorkflow() : JobWorkflow<string, int>(JobStack.Worker, TestJob.Kind);

/// <summary>A service with jobs: a replica of app <c>worker</c>, on a clock of its own that stands still unless a test moves it.</summary>
internal sealed record JobService(WebApplication App, FakeTimeProvider Time)
{
    public JobWorker Jobs => App.Services.GetRequiredService<JobWorker>();

    public JobStore Store => App.Services.GetRequiredService<JobStore>();

    public RunWatch Runs => App.Services.GetRequiredService<RunWatch>();

    public RunMarks Marks => App.Services.GetRequiredService<RunMarks>();

    /// <summary>Moves the clock, in steps small enough for every timer to tick, until something has come about.</summary>
    public async Task PassUntilAsync(Func<Task<bool>> reached)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (!await reached())
        {
            Time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(20, limit.Token);
        }
    }
}

/// <summary>A sidecar, the workflow app and services with jobs; everything talks over real sockets.</summary>
internal sealed class JobStack : IAsyncDisposable
{
    public const string Worker = "worker";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("jobs-");
    private readonly List<WebApplication> _apps = [];
    private readonly int _pipelinePort = LoopbackPort.Free();

    public Sidecar Sidecar { get; private set; } = null!;

    public DaprWorkflowClient Workflows { get; private set; } = null!;

    public static async Task<JobStack> StartAsync()
    {
        var stack = new JobStack();
        stack.Sidecar = await Sidecar.StartAsync(new SidecarOptions
        {
            JournalPath = Path.Combine(stack._folder.FullName, "journal.db"),
            Nodes = [new NodeOptions(Worker), new NodeOptions(Worker), new NodeOptions(Apps.Pipeline, AppPort: stack._pipelinePort)],
            StateKeyPrefix = "name",
        });
        stack.Workflows = new DaprWorkflowClientBuilder()
            .UseGrpcEndpoint($"http://127.0.0.1:{stack.Sidecar.Node(Apps.Pipeline).GrpcPort}").Build();
        return stack;
    }

    /// <summary>Starts a replica of the service.</summary>
    /// <param name="replica">0 or 1.</param>
    /// <param name="work">What its jobs do.</param>
    /// <param name="extra">What else its worker has.</param>
    public async Task<JobService> AddServiceAsync(int replica, Work work, Action<WorkflowRuntimeOptions>? extra = null)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        WebApplicationBuilder builder = BuilderFor(Sidecar.Nodes[replica]);
        builder.Services.AddSingleton<TimeProvider>(time).AddSingleton(work);
        builder.AddDaprHepService(workflows =>
        {
            workflows.RegisterJobs();
            extra?.Invoke(workflows);
        });
        builder.AddJobs(jobs => jobs.Add<TestJob>(TestJob.Kind));
        return new JobService(await StartAsync(builder), time);
    }

    /// <summary>Starts the workflow app.</summary>
    /// <param name="hears">Whether it takes notice of the end of jobs.</param>
    public async Task AddPipelineAsync(bool hears = true)
    {
        WebApplicationBuilder builder = BuilderFor(Sidecar.Node(Apps.Pipeline), _pipelinePort);
        builder.AddDaprHepService(workflows =>
        {
            workflows.RegisterWorkflow<TestWorkflow>();
            workflows.RegisterJobCheck();
        });
        await StartAsync(builder, app =>
        {
            if (hears)
                app.MapJobs();
        });
    }

    public Task<string> StartWorkflowAsync(string input, int attempts = 3) =>
        Workflows.ScheduleNewWorkflowAsync(nameof(TestWorkflow), input: new JobCall<string>("run", input, attempts));

    public async Task<WorkflowState> EndOfAsync(string workflow)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        return await Workflows.WaitForWorkflowCompletionAsync(workflow, cancellation: limit.Token);
    }

    public async Task StopAsync(JobService service)
    {
        await service.App.StopAsync();
        await service.App.DisposeAsync();
        _apps.Remove(service.App);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (WebApplication app in _apps)
            await app.DisposeAsync();
        await Workflows.DisposeAsync();
        await Sidecar.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    public static JobSubmission Submission(string job, int attempt, string input = "") =>
        new(job, TestJob.Kind, "run", "nobody", attempt, JsonSerializer.SerializeToElement(input));

    private static WebApplicationBuilder BuilderFor(SidecarNode node, int port = 0)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}",
            ["DAPR_HTTP_PORT"] = $"{node.HttpPort}",
            ["DAPR_GRPC_PORT"] = $"{node.GrpcPort}",
        });
        return builder;
    }

    private async Task<WebApplication> StartAsync(WebApplicationBuilder builder, Action<WebApplication>? map = null)
    {
        builder.Logging.SetMinimumLevel(LogLevel.None);
        WebApplication app = builder.Build();
        app.UseDaprHepService();
        map?.Invoke(app);
        _apps.Add(app);
        await app.StartAsync();
        return app;
    }
}
