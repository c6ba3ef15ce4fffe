using System.Globalization;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Distributed;
using DaprHep.Learning.Distributed.Kubernetes;

namespace DaprHep.Trainer;

/// <summary>
/// Where the ranks of a training run: <c>DAPRHEP_RANK_LAUNCHER</c> is <c>processes</c>, of this machine, which is usual, or
/// <c>kubernetes</c>, pods of the cluster that this process is in.
/// </summary>
/// <param name="Launcher">Starts them.</param>
/// <param name="AreElsewhere">Whether they run on other machines than this process.</param>
public sealed record RankPlaces(IRankLauncher Launcher, bool AreElsewhere)
{
    private const string LauncherVariable = "DAPRHEP_RANK_LAUNCHER", TemplateVariable = "DAPRHEP_RANK_TEMPLATE",
        ImageVariable = "DAPRHEP_RANK_IMAGE", StartVariable = "DAPRHEP_RANK_START_SECONDS", PodVariable = "DAPRHEP_POD_NAME",
        PodUidVariable = "DAPRHEP_POD_UID", ObjectStores = "s3://";

    /// <summary>Processes of this machine.</summary>
    public static RankPlaces Here { get; } = new(new LocalProcesses(), AreElsewhere: false);

    /// <summary>The places that the configuration names.</summary>
    /// <exception cref="InvalidOperationException">A variable says something that can't be; the message names it.</exception>
    /// <exception cref="KubernetesException">This process is in no cluster, or the template of the ranks' job is wrong.</exception>
    public static RankPlaces From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration[LauncherVariable] switch
        {
            null or "" or "processes" => Here,
            "kubernetes" => new RankPlaces(InCluster(configuration), AreElsewhere: true),
            var other => throw new InvalidOperationException($"{LauncherVariable} is '{other}'; expected processes or kubernetes"),
        };
    }

    /// <summary>Whether a training is done by ranks: by several, and elsewhere by one on a GPU, too.</summary>
    internal bool Take(TrainModelInput input) =>
        input.Ranks > 1 || (AreElsewhere && input.Training is { Device: TrainingRequest.Cuda });

    /// <summary>Makes sure that ranks reach the data of a training.</summary>
    /// <exception cref="BadInputException">They do not.</exception>
    internal void Check(TrainModelInput input)
    {
        if (AreElsewhere && !input.Store.StartsWith(ObjectStores, StringComparison.OrdinalIgnoreCase))
        {
            throw new BadInputException(
                $"store {input.Store}: ranks are pods of the cluster and see no folders of other machines; expected s3://BUCKET/PREFIX");
        }
    }

    private static KubernetesJobs InCluster(IConfiguration configuration)
    {
        string template = configuration[TemplateVariable] is { Length: > 0 } path
            ? path
            : throw new InvalidOperationException($"{TemplateVariable} is not set; expected the file with the template of the ranks' job");
        string? image = configuration[ImageVariable] is { Length: > 0 } given ? given : null;
        LauncherPod? self = configuration[PodVariable] is { Length: > 0 } name && configuration[PodUidVariable] is { Length: > 0 } uid
            ? new LauncherPod(name, uid)
            : null;
        return new KubernetesJobs(ClusterAccess.FromEnvironment(), RankJobTemplate.Read(template, image), self)
        {
            StartLimit = TimeSpan.FromSeconds(StartSeconds(configuration[StartVariable])),
        };
    }

    private static int StartSeconds(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return 900;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds is > 0 and <= 86_400
            ? seconds
            : throw new InvalidOperationException($"{StartVariable} is '{text}'; expected a number of seconds from 1 to 86400");
    }
}
