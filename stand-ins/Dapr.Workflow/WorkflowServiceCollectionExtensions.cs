using Dapr.Common.Serialization;
using Dapr.Workflow.Grpc;
using Dapr.Workflow.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dapr.Workflow;

/// <summary>Adds workflows to a host.</summary>
public static class WorkflowServiceCollectionExtensions
{
    /// <summary>Adds a worker without workflows or activities, and the client.</summary>
    public static IServiceCollection AddDaprWorkflow(this IServiceCollection services) => AddDaprWorkflow(services, _ => { });

    /// <summary>
    /// Adds the worker, with what <paramref name="configure"/> registers, and <see cref="DaprWorkflowClient"/>. The sidecar's address
    /// and token come from the host's configuration or the environment (DAPR_GRPC_ENDPOINT, DAPR_GRPC_PORT, DAPR_API_TOKEN).
    /// </summary>
    public static IServiceCollection AddDaprWorkflow(
        this IServiceCollection services, Action<WorkflowRuntimeOptions> configure, ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new WorkflowRuntimeOptions();
        configure(options);
        services.AddLogging();
        services.AddSingleton(options);
        services.TryAddSingleton<IDaprSerializer>(new JsonDaprSerializer());
        services.TryAddSingleton<IWorkflowsFactory>(provider =>
        {
            var factory = ActivatorUtilities.CreateInstance<WorkflowsFactory>(provider);
            options.ApplyRegistrations(factory);
            return factory;
        });
        services.TryAddSingleton(provider => new SidecarChannel(
            DaprDefaults.GrpcEndpoint(provider.GetService<IConfiguration>()), DaprDefaults.ApiToken(provider.GetService<IConfiguration>())));
        services.Add(new ServiceDescriptor(
            typeof(DaprWorkflowClient),
            provider => new DaprWorkflowClient(
                provider.GetRequiredService<SidecarChannel>(), provider.GetRequiredService<IDaprSerializer>(), ownsChannel: false),
            lifetime));
        services.AddHostedService<WorkflowWorker>();
        return services;
    }
}
