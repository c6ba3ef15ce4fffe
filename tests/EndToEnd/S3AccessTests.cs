using System.Net;
using System.Text.Json;

namespace DaprHep.EndToEnd.Tests;

/// <summary>The ways to a bucket's credentials and through TLS, each tried by the program on a server that checks signatures.</summary>
public sealed class S3AccessTests(Swift server) : IClassFixture<Swift>, IDisposable
{
    private const string Token = "a-token-of-the-container";
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-access-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_profile_of_the_shared_files_opens_a_bucket_and_a_wrong_one_does_not()
    {
        string file = Path.Combine(_folder, "credentials");
        await File.WriteAllTextAsync(file, $"""
            [default]
            aws_access_key_id = {server.AccessKey}
            aws_secret_access_key = wrong0secret
            [physics]
            aws_access_key_id = {server.AccessKey}
            aws_secret_access_key = {server.Secret}
            """);
        (await GcAsync(("AWS_SHARED_CREDENTIALS_FILE", file), ("AWS_PROFILE", "physics"))).ExitCode.ShouldBe(0);
        DaprHepCommand.Result wrong = await GcAsync(("AWS_SHARED_CREDENTIALS_FILE", file));
        wrong.ExitCode.ShouldBe(3);
        wrong.Error.ShouldContain("access denied");
        Silent(wrong, "wrong0secret", server.AccessKey);
    }

    [Fact]
    public async Task A_container_is_given_its_role_by_the_address_in_its_environment()
    {
        using HttpListener role = Serve(request => request.Headers["Authorization"] == Token ? Credentials() : null, out string url);
        DaprHepCommand.Result result = await GcAsync(
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", url + "role"), ("AWS_CONTAINER_AUTHORIZATION_TOKEN", Token));
        result.ExitCode.ShouldBe(0, result.Error);
        Silent(result, Token, server.Secret);
    }

    [Fact]
    public async Task A_machine_is_given_its_role_by_its_metadata_service()
    {
        const string Path = "/latest/meta-data/iam/security-credentials";
        using HttpListener machine = Serve(
            request => request switch
            {
                { HttpMethod: "PUT", RawUrl: "/latest/api/token" } => Token,
                _ when request.Headers["X-aws-ec2-metadata-token"] != Token => null,
                { RawUrl: var path } when path!.TrimEnd('/') == Path => "worker",
                { RawUrl: Path + "/worker" } => Credentials(),
                _ => null,
            },
            out string url);
        DaprHepCommand.Result result = await GcAsync(("AWS_EC2_METADATA_SERVICE_ENDPOINT", url.TrimEnd('/')), ("AWS_EC2_METADATA_DISABLED", "false"));
        result.ExitCode.ShouldBe(0, result.Error);
        Silent(result, Token, server.Secret);
    }

    [Fact]
    public async Task Without_credentials_one_line_says_what_to_set()
    {
        DaprHepCommand.Result result = await GcAsync(("AWS_EC2_METADATA_DISABLED", "true"));
        result.ExitCode.ShouldBe(3);
        result.Error.ShouldContain("AWS_ACCESS_KEY_ID");
        result.Error.Trim().Split('\n').Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_store_of_ones_own_authority_is_used_where_the_authority_is_given()
    {
        using var front = new TlsFront(server.Endpoint);
        string authority = Path.Combine(_folder, "authority.pem");
        await File.WriteAllTextAsync(authority, front.AuthorityPem);
        (string, string)[] access =
            [("AWS_ENDPOINT_URL", front.Endpoint), ("AWS_ACCESS_KEY_ID", server.AccessKey), ("AWS_SECRET_ACCESS_KEY", server.Secret)];
        DaprHepCommand.Result trusted = await DaprHepCommand.RunAsync(
            EnvironmentOf([.. access, ("AWS_CA_BUNDLE", authority)]),
            "run", Repository.Samples, "--out", Path.Combine(_folder, "out"), "--epochs", "1", "--store", $"s3://{S3Server.Bucket}/encrypted");
        trusted.ExitCode.ShouldBe(0, trusted.Error);
        Silent(trusted, server.Secret);
        DaprHepCommand.Result untrusted = await GcAsync(access);
        untrusted.ExitCode.ShouldBe(3);
        untrusted.Error.ShouldContain("AWS_CA_BUNDLE");
        Silent(untrusted, server.Secret);
    }

    private static void Silent(DaprHepCommand.Result result, params string[] secrets)
    {
        foreach (string secret in secrets)
        {
            result.Output.ShouldNotContain(secret);
            result.Error.ShouldNotContain(secret);
        }
    }

    private Task<DaprHepCommand.Result> GcAsync(params (string Name, string Value)[] variables) =>
        DaprHepCommand.RunAsync(EnvironmentOf(variables), "gc", $"s3://{S3Server.Bucket}/access", "--json");

    // No credentials but those given.
    private Dictionary<string, string> EnvironmentOf((string Name, string Value)[] variables)
    {
        var environment = new Dictionary<string, string>
        {
            ["AWS_ENDPOINT_URL"] = server.Endpoint, ["HOME"] = _folder, ["NO_PROXY"] = "127.0.0.1", ["AWS_EC2_METADATA_DISABLED"] = "true",
            ["AWS_ACCESS_KEY_ID"] = "", ["AWS_SECRET_ACCESS_KEY"] = "", ["AWS_CA_BUNDLE"] = "",
        };
        foreach ((string name, string value) in variables)
            environment[name] = value;
        return environment;
    }

    private string Credentials() => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["Code"] = "Success", ["Type"] = "AWS-HMAC", ["AccessKeyId"] = server.AccessKey, ["SecretAccessKey"] = server.Secret, ["Token"] = "",
        ["LastUpdated"] = DateTime.UtcNow, ["Expiration"] = DateTime.UtcNow.AddHours(6),
    });

    private static HttpListener Serve(Func<HttpListenerRequest, string?> answer, out string url)
    {
        var listener = new HttpListener();
        url = $"http://127.0.0.1:{LoopbackPort.Free()}/";
        listener.Prefixes.Add(url);
        listener.Start();
        _ = Task.Run(async () =>
        {
            while (listener.IsListening)
            {
                HttpListenerContext context = await listener.GetContextAsync();
                string? body = answer(context.Request);
                context.Response.StatusCode = body is null ? 404 : 200;
                context.Response.Headers["x-aws-ec2-metadata-token-ttl-seconds"] = "21600";
                using Stream stream = context.Response.OutputStream;
                stream.Write(System.Text.Encoding.UTF8.GetBytes(body ?? ""));
            }
        });
        return listener;
    }
}
