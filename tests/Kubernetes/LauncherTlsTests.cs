using DaprHep.Learning.Distributed.Kubernetes;

namespace DaprHep.Kubernetes.Tests;

/// <summary>The launcher and an API server with TLS, whose authority is the cluster's own.</summary>
public sealed class LauncherTlsTests
{
    [Fact]
    public async Task The_authority_in_the_volume_is_trusted_also_as_one_of_several_and_a_new_token_is_read_on_the_way()
    {
        using var authority = new TestAuthority();
        using var next = new TestAuthority();
        await using FakeApiServer server = await FakeApiServer.OpenAsync(authority);
        // As while a cluster changes its authority.
        server.WriteAuthorities(next.Pem, authority.Pem);
        await using Launch launch = await Launch.BeginRunningAsync(server, fakeTime: true);
        server.Rotate("token-2");
        server.BreakStreams();
        int watches = launch.Watches("/pods");
        await launch.UntilAsync(() => launch.Watches("/pods") > watches);
        for (int i = 0; i < 3; i++)
            launch.Cluster.Exit(i, 0);
        await launch.EndAsync();
    }

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("kubernetes.default.svc", true)]
    public async Task A_server_of_another_authority_or_another_name_is_refused_at_once_and_never_sees_the_token(string name, bool isTrusted)
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority();
        await using FakeApiServer server = await FakeApiServer.OpenAsync(authority, name);
        if (!isTrusted)
            server.WriteAuthorities(other.Pem);
        await using Launch launch = Launch.Begin(server);

        KubernetesException refused = await launch.FailureAsync<KubernetesException>();
        refused.IsUnreachable.ShouldBeFalse();
        refused.Message.ShouldContain("is not trusted");
        refused.Message.ShouldEndWith(Path.Combine(server.Access.Account, "ca.crt"));
        server.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public async Task A_volume_without_certificates_is_named(string? content)
    {
        using var authority = new TestAuthority();
        await using FakeApiServer server = await FakeApiServer.OpenAsync(authority);
        string path = Path.Combine(server.Access.Account, "ca.crt");
        if (content is null)
            File.Delete(path);
        else
            await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
        await using Launch launch = Launch.Begin(server);

        KubernetesException refused = await launch.FailureAsync<KubernetesException>();
        refused.Message.ShouldStartWith($"{path} cannot be read");
        refused.Message.ShouldEndWith("expected the cluster's own certificates");
    }
}
