using Dapr.Workflow;
using DaprHep.Hosting;
using Grpc.Core;

namespace DaprHep.Gateway;

/// <summary>
/// What services call at the end of a job. Events can't be raised across apps, so the gateway raises it on its own sidecar. The event says
/// only that it is time to look at the job's record.
/// </summary>
internal static class JobEndpoints
{
    public static void MapJobs(this WebApplication app)
    {
        string? token = app.Configuration[AppToken.Variable];
        app.MapPost("/jobs/{instance}/{job}", async (
            string instance, string job, HttpRequest request, DaprWorkflowClient workflows, CancellationToken aborted) =>
        {
            if (!AppToken.Matches(token, request.Headers[AppToken.Header]))
                return AppToken.Refuse(AppToken.Header);
            try
            {
                await workflows.RaiseEventAsync(instance, job, eventPayload: null, aborted);
                return Results.NoContent();
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unknown or StatusCode.NotFound)
            {
                return Results.Problem(
                    statusCode: StatusCodes.Status404NotFound, title: "No such workflow.", detail: $"no workflow '{instance}' waits for a job");
            }
        }).ExcludeFromDescription();
    }
}
