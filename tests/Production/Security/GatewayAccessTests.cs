using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace DaprHep.Production.Tests.Security;

/// <summary>What the gateway keeps its callers from: files and inner addresses, too many requests, being listened to.</summary>
public sealed class GatewayAccessTests
{
    [Fact]
    public async Task Inputs_and_stores_that_lead_to_the_inside_are_refused_with_the_path_of_the_field()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync("http", new SocketsHttpHandler(), []);
        const string Body = """
            {"store": "file:///etc/store",
             "samples": [{"class": "qcd", "files": ["/etc/passwd", "https://opendata.cern.ch/a.root"]},
                         {"class": "ttbar", "files": ["http://169.254.169.254/latest/meta-data", "s3://bucket/a.root"]}],
             "testSamples": [{"class": "qcd", "files": ["http://[::1]/a.root"]}]}
            """;
        using HttpResponseMessage answer = await gateway.Http.PostAsync(
            "/runs", new StringContent(Body, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        string problem = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        JsonObject errors = JsonNode.Parse(problem)!["errors"]!.AsObject();
        errors.Select(error => error.Key).ShouldBe(
            ["$.store", "$.samples[0].files[0]", "$.samples[1].files[0]", "$.testSamples[0].files[0]"], ignoreOrder: true);
        errors["$.samples[1].files[0]"]!.ToJsonString().ShouldContain("DAPRHEP_INPUT_HOSTS");
    }

    [Fact]
    public async Task Too_many_requests_are_told_when_to_come_again_and_health_is_always_answered()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(
            "http", new SocketsHttpHandler(), new() { ["DAPRHEP_RATE_LIMIT"] = "1" });
        HttpResponseMessage? refused = null;
        for (int i = 0; i < 100 && refused is null; i++)
        {
            HttpResponseMessage answer = await gateway.Http.PostAsync(
                "/runs", new StringContent("{}", Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                refused = answer;
            else
                answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        }
        refused.ShouldNotBeNull();
        refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 10);
        refused.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await gateway.Http.GetAsync("/healthz/live", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task With_a_certificate_it_speaks_TLS()
    {
        string folder = Directory.CreateTempSubdirectory("daprhep-tls-").FullName;
        try
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("localhost");
            request.CertificateExtensions.Add(names.Build());
            DateTimeOffset now = DateTimeOffset.UtcNow;
            using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
            string path = Path.Combine(folder, "tls.crt"), keyPath = Path.Combine(folder, "tls.key");
            await File.WriteAllTextAsync(path, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(keyPath, key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);

            var handler = new SocketsHttpHandler();
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustStore = { certificate },
            };
            await using GatewayProcess gateway = await GatewayProcess.StartAsync("https", handler, new()
            {
                ["Kestrel__Certificates__Default__Path"] = path,
                ["Kestrel__Certificates__Default__KeyPath"] = keyPath,
                ["DAPRHEP_API_TOKEN"] = "asked",
            });
            (await gateway.Http.GetAsync("/runs", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
