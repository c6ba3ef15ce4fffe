namespace Dapr.Workflow;

/// <summary>The part of the workflow context that is read only.</summary>
public interface IWorkflowContext
{
    /// <summary>Whether the code now running has run before, in an earlier turn.</summary>
    bool IsReplaying { get; }

    /// <summary>Whether new code behind a patch name is to be used: true for executions that had not passed this point before.</summary>
    /// <param name="patchName">Name of the patch, case-sensitive.</param>
    bool IsPatched(string patchName);

    /// <summary>The workflow's time, UTC: the start of the turn, the same in every replay.</summary>
    DateTime CurrentUtcDateTime { get; }
}
