using Dapr.Workflow.Abstractions;

namespace Dapr.Workflow.Worker;

/// <summary>The workflows and activities of a worker, by name (case does not matter).</summary>
public interface IWorkflowsFactory
{
    /// <summary>Registers a workflow class; its name is the type's unless given. The first registration of a name wins.</summary>
    void RegisterWorkflow<TWorkflow>(string? name = null)
        where TWorkflow : class, IWorkflow;

    /// <summary>Registers a workflow function.</summary>
    void RegisterWorkflow<TInput, TOutput>(string name, Func<WorkflowContext, TInput, Task<TOutput>> implementation);

    /// <summary>Registers an activity class; its name is the type's unless given. The first registration of a name wins.</summary>
    void RegisterActivity<TActivity>(string? name = null)
        where TActivity : class, IWorkflowActivity;

    /// <summary>Registers an activity function.</summary>
    void RegisterActivity<TInput, TOutput>(string name, Func<WorkflowActivityContext, TInput, Task<TOutput>> implementation);

    /// <summary>Makes a workflow object; false with an exception when its constructor failed, without one when the name is
    /// unknown.</summary>
    bool TryCreateWorkflow(
        TaskIdentifier identifier, IServiceProvider serviceProvider, out IWorkflow? workflow, out Exception? activationException);

    /// <summary>Makes an activity object; false with an exception when its constructor failed, without one when the name is
    /// unknown.</summary>
    bool TryCreateActivity(
        TaskIdentifier identifier, IServiceProvider serviceProvider, out IWorkflowActivity? activity, out Exception? activationException);
}
