using Dapr.Common.Serialization;
using DaprHep.WorkflowProtocol;
using Google.Protobuf.WellKnownTypes;

namespace Dapr.Workflow.Client;

/// <summary>An instance's state as it came over the wire.</summary>
internal sealed record WorkflowMetadata(
    string InstanceId,
    string Name,
    WorkflowRuntimeStatus RuntimeStatus,
    DateTimeOffset CreatedAt,
    DateTimeOffset LastUpdatedAt,
    IDaprSerializer Serializer)
{
    public string? SerializedInput { get; init; }

    public string? SerializedOutput { get; init; }

    public string? SerializedCustomStatus { get; init; }

    public WorkflowTaskFailureDetails? FailureDetails { get; init; }

    public static WorkflowMetadata From(DaprHep.WorkflowProtocol.WorkflowState state, IDaprSerializer serializer) =>
        new(state.InstanceId, state.Name, StatusOf(state.WorkflowStatus), TimeOf(state.CreatedTimestamp),
            TimeOf(state.LastUpdatedTimestamp), serializer)
        {
            SerializedInput = state.Input,
            SerializedOutput = state.Output,
            SerializedCustomStatus = state.CustomStatus,
            FailureDetails = state.FailureDetails is { } failure
                ? new WorkflowTaskFailureDetails(failure.ErrorType, failure.ErrorMessage, failure.StackTrace)
                : null,
        };

    private static WorkflowRuntimeStatus StatusOf(OrchestrationStatus status) =>
        System.Enum.IsDefined((WorkflowRuntimeStatus)status) ? (WorkflowRuntimeStatus)status : WorkflowRuntimeStatus.Unknown;

    // The runtime reports year 1 for instances that have not started.
    private static DateTimeOffset TimeOf(Timestamp? time) => time is null ? default : time.ToDateTimeOffset();
}
