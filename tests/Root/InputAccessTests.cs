using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DaprHep.Root.Tests;

/// <summary>A limited process opens what it was allowed and nothing else, whatever name or redirect leads there.</summary>
public sealed class InputAccessTests
{
    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("data/a.root")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://example.org/a.root")]
    [InlineData("root://example.org//a.root")]
    [InlineData("http://localhost/a.root")]
    [InlineData("http://LOCALHOST:8080/a.root")]
    [InlineData("http://127.0.0.1/a.root")]
    [InlineData("http://127.1/a.root")]
    [InlineData("http://2130706433/a.root")]
    [InlineData("http://0x7f000001/a.root")]
    [InlineData("http://0177.0.0.1/a.root")]
    [InlineData("http://10.1.2.3/a.root")]
    [InlineData("http://172.31.255.255/a.root")]
    [InlineData("http://192.168.0.1/a.root")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://100.100.100.200/a.root")]
    [InlineData("http://0.0.0.0/a.root")]
    [InlineData("http://[::1]/a.root")]
    [InlineData("http://[::]/a.root")]
    [InlineData("http://[fe80::1]/a.root")]
    [InlineData("http://[fd00:ec2::254]/a.root")]
    [InlineData("http://[::ffff:10.0.0.1]/a.root")]
    [InlineData("http://[64:ff9b::7f00:1]/a.root")]
    [InlineData("http://[2002:7f00:1::]/a.root")]
    [InlineData("https://user:password@example.org/a.root")]
    [InlineData("http://")]
    public void What_leads_to_the_inside_is_refused_where_nothing_else_is_said(string url) =>
        Should.Throw<InputRefusedException>(() => InputAccess.From(schemes: null, hosts: null).Check(url))
            .Message.ShouldNotContain("password@");

    [Theory]
    [InlineData("https://opendata.cern.ch/a.root")]
    [InlineData("http://188.184.100.1:8080/a.root?signature=1")]
    [InlineData("https://[2001:1458:201:a1::100]/a.root")]
    [InlineData("s3://bucket/a.root")]
    public void What_leads_to_the_outside_is_allowed(string url) => InputAccess.From(schemes: null, hosts: null).Check(url);

    [Fact]
    public void A_list_of_hosts_allows_those_alone_wherever_they_are()
    {
        InputAccess access = InputAccess.From("http, root, s3", "data.local, *.cern.ch,10.0.0.1,bucket");
        foreach (string url in (string[])["http://DATA.local/a", "root://eospublic.cern.ch//eos/a", "http://10.0.0.1/a", "s3://bucket/a"])
            access.Check(url);
        string[] refused = ["http://example.org/a", "http://cern.ch/a", "http://evilcern.ch/a", "https://data.local/a", "s3://other/a"];
        foreach (string url in refused)
            Should.Throw<InputRefusedException>(() => access.Check(url)).Message.ShouldContain("DAPRHEP_INPUT_");
    }

    [Fact]
    public void Nothing_is_refused_without_limits()
    {
        InputAccess.Unlimited.IsLimited.ShouldBeFalse();
        InputAccess.From("*", hosts: null).IsLimited.ShouldBeFalse();
        InputAccess.Unlimited.Check("/etc/passwd");
        ByteSources.Access.ShouldBe(InputAccess.Unlimited);
    }

    [Fact]
    public async Task A_name_that_resolves_to_an_inner_address_is_not_connected_to()
    {
        using var server = new RangeServer([1, 2, 3]);
        using var http = new HttpClient(HttpByteSource.HandlerFor(InputAccess.From(schemes: null, hosts: null)));
        HttpRequestException failure = await Should.ThrowAsync<HttpRequestException>(
            () => http.GetAsync(server.Url, TestContext.Current.CancellationToken));
        failure.InnerException.ShouldBeOfType<InputRefusedException>().Message.ShouldContain("localhost");
        server.Requests.ShouldBe(0);

        using var listed = new HttpClient(HttpByteSource.HandlerFor(InputAccess.From("http", "localhost")));
        (await listed.GetByteArrayAsync(server.Url, TestContext.Current.CancellationToken)).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task A_redirect_leads_nowhere_that_its_target_alone_may_not_be_read()
    {
        using var inner = new RangeServer([1, 2, 3]);
        using var outer = new TcpListener(IPAddress.Loopback, 0);
        outer.Start();
        Task answered = RedirectAsync(outer, inner.Url);
        var access = InputAccess.From("http", "127.0.0.1"); // the redirecting server, but not localhost, to which it leads
        using var http = new HttpClient(HttpByteSource.HandlerFor(access));
        HttpRequestException failure = await Should.ThrowAsync<HttpRequestException>(
            () => http.GetAsync($"http://127.0.0.1:{((IPEndPoint)outer.LocalEndpoint).Port}/a.root", TestContext.Current.CancellationToken));
        failure.InnerException.ShouldBeOfType<InputRefusedException>().Message.ShouldContain("localhost");
        await answered;
        inner.Requests.ShouldBe(0);
    }

    [Theory]
    [InlineData("https://user:secret@example.org/a.root?X-Amz-Signature=secret#secret", "https://example.org/a.root")]
    [InlineData("https://secret@example.org", "https://example.org")]
    [InlineData("https://example.org/a@b.root", "https://example.org/a@b.root")]
    [InlineData("/data/what?.root", "/data/what?.root")]
    public void A_name_for_errors_has_no_secret(string url, string name) => ByteSources.NameOf(url).ShouldBe(name);

    private static async Task RedirectAsync(TcpListener listener, string target)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync();
        await using NetworkStream stream = client.GetStream();
        await stream.ReadExactlyAsync(new byte[4]);
        byte[] answer = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        await stream.WriteAsync(answer);
        await Task.Delay(100);
    }
}
