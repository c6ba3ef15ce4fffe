using Dapr.Common.Serialization;
using Dapr.Workflow.Abstractions;
using DaprHep.WorkflowProtocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>Runs one activity in its own dependency-injection scope. Whatever it throws becomes its failure.</summary>
internal sealed class ActivityRunner(IWorkflowsFactory workflows, IServiceProvider services, IDaprSerializer serializer, ILogger logger)
{
    public async Task<ActivityResponse> RunAsync(ActivityRequest request, string completionToken)
    {
        var response = new ActivityResponse
        {
            InstanceId = request.WorkflowInstance?.InstanceId ?? string.Empty,
            TaskId = request.TaskId,
            CompletionToken = completionToken,
        };
        using var trace = WorkerTrace.StartActivity(request);
        try
        {
            await using var scope = services.CreateAsyncScope();
            if (!workflows.TryCreateActivity(new TaskIdentifier(request.Name), scope.ServiceProvider, out var activity, out var activation))
            {
                response.FailureDetails = activation is null
                    ? Failure("ActivityNotFoundException", $"Activity '{request.Name}' not found", null)
                    : Failure(activation.GetType().FullName!, $"Activity '{request.Name}' failed to activate: {activation.Message}",
                        activation.StackTrace);
                return response;
            }

            var key = string.IsNullOrEmpty(request.TaskExecutionId)
                ? request.TaskId.ToString(System.Globalization.CultureInfo.InvariantCulture)
                : request.TaskExecutionId;
            var context = new Context(request.Name, key, response.InstanceId);
            var output = await activity!.RunAsync(context, serializer.Deserialize(request.Input, activity.InputType)).ConfigureAwait(false);
            response.Result = serializer.Serialize(output);
            if (response.CalculateSize() > GrpcFrame.DefaultLimit)
            {
                var size = response.Result.Length;
                response.Result = null;
                response.FailureDetails = Failure(
                    "Dapr.Workflow.PayloadTooLarge",
                    $"The result of activity '{request.Name}' has {size} characters; the runtime takes {GrpcFrame.DefaultLimit} bytes. Return a reference to stored data instead.",
                    null);
            }
        }
#pragma warning disable CA1031 // user code may throw anything
        catch (Exception e)
#pragma warning restore CA1031
        {
            System.Diagnostics.Activity.Current?.SetStatus(System.Diagnostics.ActivityStatusCode.Error, e.Message);
            logger.LogWarning(e, "Activity {Name} #{TaskId} of instance {InstanceId} failed.", request.Name, request.TaskId,
                response.InstanceId);
            response.FailureDetails = Failure(e.GetType().FullName!, e.Message, e.StackTrace);
        }

        return response;
    }

    private static TaskFailureDetails Failure(string type, string message, string? stackTrace) =>
        new() { ErrorType = type, ErrorMessage = message, StackTrace = stackTrace ?? string.Empty };

    private sealed class Context(string name, string key, string instanceId) : WorkflowActivityContext
    {
        public override TaskIdentifier Identifier { get; } = name;

        public override string TaskExecutionKey => key;

        public override string InstanceId => instanceId;
    }
}
