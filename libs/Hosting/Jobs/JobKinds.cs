using Microsoft.Extensions.DependencyInjection;

namespace DaprHep.Hosting.Jobs;

/// <summary>The kinds of jobs that a service offers, by name.</summary>
public sealed class JobKinds
{
    private readonly Dictionary<string, Type> _types = [];

    /// <summary>Offers a kind of job.</summary>
    /// <typeparam name="TJob">The work; its dependencies come from the service's container.</typeparam>
    /// <param name="kind">Its name.</param>
    public void Add<TJob>(string kind)
        where TJob : Job => _types.Add(kind, typeof(TJob));

    internal Job Create(string kind, IServiceProvider services) => _types.TryGetValue(kind, out Type? type)
        ? (Job)ActivatorUtilities.CreateInstance(services, type)
        : throw new BadInputException($"this service has no jobs of kind '{kind}'; it has {string.Join(", ", _types.Keys)}");
}
