namespace DaprHep.Learning.Distributed.Kubernetes;

/// <summary>Where the API server is, and the folder of the service account with which to speak to it.</summary>
/// <param name="Server">Address of the API server.</param>
/// <param name="Account">
/// Folder with the files <c>token</c>, <c>namespace</c> and, for an https server, <c>ca.crt</c>, as a pod has them mounted. The kubelet
/// rewrites the token about once an hour.
/// </param>
public sealed record ClusterAccess(Uri Server, string Account)
{
    private const string HostVariable = "KUBERNETES_SERVICE_HOST", PortVariable = "KUBERNETES_SERVICE_PORT",
        MountedAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>What every pod finds in its environment.</summary>
    /// <exception cref="KubernetesException">This is no pod, or one without a service account.</exception>
    public static ClusterAccess FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable(HostVariable) is not { Length: > 0 } host)
        {
            throw new KubernetesException(
                $"{HostVariable} is not set, so this is no pod: ranks run as Kubernetes jobs only where their launcher is in the cluster");
        }

        if (!Directory.Exists(MountedAccount))
        {
            throw new KubernetesException(
                $"{MountedAccount} is missing: the pod needs a service account, with automountServiceAccountToken: true");
        }

        var port = Environment.GetEnvironmentVariable(PortVariable) is { Length: > 0 } given ? given : "443";
        var authority = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";
        return new ClusterAccess(new Uri($"https://{authority}"), MountedAccount);
    }

    /// <summary>The namespace of the account, in which ranks run.</summary>
    /// <exception cref="KubernetesException">The file cannot be read.</exception>
    public string ReadNamespace() => Read("namespace");

    /// <summary>The token of now.</summary>
    /// <exception cref="KubernetesException">The file cannot be read.</exception>
    internal string ReadToken() => Read("token");

    /// <summary>The file of the authorities that sign the server's certificate.</summary>
    internal string Authorities => Path.Combine(Account, "ca.crt");

    private string Read(string name)
    {
        var path = Path.Combine(Account, name);
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubernetesException($"{path} cannot be read ({e.Message}); expected the files of a service account", cause: e);
        }
    }
}
