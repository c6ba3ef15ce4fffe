using System.Collections.Concurrent;
using Dapr.Workflow.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>The registry of a worker.</summary>
internal sealed class WorkflowsFactory(ILogger<WorkflowsFactory> logger) : IWorkflowsFactory
{
    private readonly ConcurrentDictionary<string, Func<IServiceProvider, IWorkflow>> _workflows = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Func<IServiceProvider, IWorkflowActivity>> _activities = new(StringComparer.OrdinalIgnoreCase);

    public void RegisterWorkflow<TWorkflow>(string? name = null)
        where TWorkflow : class, IWorkflow =>
        Add(_workflows, name ?? typeof(TWorkflow).Name, services => ActivatorUtilities.CreateInstance<TWorkflow>(services));

    public void RegisterWorkflow<TInput, TOutput>(string name, Func<WorkflowContext, TInput, Task<TOutput>> implementation) =>
        Add(_workflows, name, _ => new FunctionWorkflow<TInput, TOutput>(implementation));

    public void RegisterActivity<TActivity>(string? name = null)
        where TActivity : class, IWorkflowActivity =>
        Add(_activities, name ?? typeof(TActivity).Name, services => ActivatorUtilities.CreateInstance<TActivity>(services));

    public void RegisterActivity<TInput, TOutput>(string name, Func<WorkflowActivityContext, TInput, Task<TOutput>> implementation) =>
        Add(_activities, name, _ => new FunctionActivity<TInput, TOutput>(implementation));

    public bool TryCreateWorkflow(
        TaskIdentifier identifier, IServiceProvider serviceProvider, out IWorkflow? workflow, out Exception? activationException) =>
        TryCreate(_workflows, identifier.Name, serviceProvider, out workflow, out activationException);

    public bool TryCreateActivity(
        TaskIdentifier identifier, IServiceProvider serviceProvider, out IWorkflowActivity? activity, out Exception? activationException) =>
        TryCreate(_activities, identifier.Name, serviceProvider, out activity, out activationException);

    private void Add<T>(ConcurrentDictionary<string, Func<IServiceProvider, T>> registry, string name, Func<IServiceProvider, T> create)
    {
        if (!registry.TryAdd(name, create))
            logger.LogWarning("{Name} is registered already; the first registration stays.", name);
    }

    // A constructor may throw anything; whatever it is becomes the failure of the workflow or activity, not of the worker.
    private static bool TryCreate<T>(
        ConcurrentDictionary<string, Func<IServiceProvider, T>> registry, string name, IServiceProvider services, out T? created, out Exception? failure)
        where T : class
    {
        created = null;
        failure = null;
        if (!registry.TryGetValue(name, out var create))
            return false;
        try
        {
            created = create(services);
            return true;
        }
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = e;
            return false;
        }
    }

    private sealed class FunctionWorkflow<TInput, TOutput>(Func<WorkflowContext, TInput, Task<TOutput>> run) : Workflow<TInput, TOutput>
    {
        public override Task<TOutput> RunAsync(WorkflowContext context, TInput input) => run(context, input);
    }

    private sealed class FunctionActivity<TInput, TOutput>(Func<WorkflowActivityContext, TInput,
        Task<TOutput>> run) : WorkflowActivity<TInput, TOutput>
    {
        public override Task<TOutput> RunAsync(WorkflowActivityContext context, TInput input) => run(context, input);
    }
}
