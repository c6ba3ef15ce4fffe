using System.Globalization;
using Dapr.Workflow;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// A worker for tests that kill it: DAPR_GRPC_PORT says where its sidecar is, the argument is a folder for the outputs.
var outputs = args[0];
var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
builder.Logging.AddConsole();
builder.Services.AddDaprWorkflow(options =>
{
    // One atomic write to a name that follows from the input: a repeated delivery changes nothing.
    options.RegisterActivity<Note, int>("note", async (context, note) =>
    {
        await Task.Delay(note.Milliseconds);
        var path = Path.Combine(outputs, $"{context.InstanceId}-{note.Name}");
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        await File.WriteAllTextAsync(temporary, note.Value.ToString(CultureInfo.InvariantCulture));
        File.Move(temporary, path, overwrite: true);
        return note.Value + 1;
    });
    options.RegisterWorkflow<int, int>("child", async (context, value) =>
    {
        await context.CreateTimer(TimeSpan.FromMilliseconds(40));
        return await context.CallActivityAsync<int>("note", new Note("child", value, 20));
    });
    options.RegisterWorkflow<int, int>("everything", async (context, width) =>
    {
        var policy = new WorkflowRetryPolicy(5, TimeSpan.FromMilliseconds(50));
        var value = 0;
        for (var i = 0; i < 4; i++)
            value = await context.CallActivityAsync<int>("note", new Note($"chain{i}", value, 15),
                new WorkflowTaskOptions(policy, "other"));
        var fan = await Task.WhenAll(Enumerable.Range(0, width)
            .Select(i => context.CallActivityAsync<int>("note", new Note($"fan{i}", i, 20),
                new WorkflowTaskOptions(TargetAppId: i % 2 == 0 ? "other" : null))));
        var child = await context.CallChildWorkflowAsync<int>("child", value,
            new ChildWorkflowTaskOptions(context.InstanceId + "-kid", TargetAppId: "other"));
        var raised = await context.WaitForExternalEventAsync<int>("go");
        return value + fan.Sum() + child + raised;
    });
});
await builder.Build().RunAsync();

internal sealed record Note(string Name, int Value, int Milliseconds);
