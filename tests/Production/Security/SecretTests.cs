using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace DaprHep.Production.Tests.Security;

/// <summary>Tokens, keys and signatures never reach a log, a metric or an answer, however much is logged and whatever goes wrong.</summary>
public sealed class SecretTests
{
    private static readonly Dictionary<string, string> Secrets = new()
    {
        ["DAPRHEP_API_TOKEN"] = "secret-of-callers-5f1d",
        ["APP_API_TOKEN"] = "secret-of-sidecar-77ab",
        ["DAPR_API_TOKEN"] = "secret-of-apps-c3d9",
        ["AWS_ACCESS_KEY_ID"] = "secretkeyid2e4f",
        ["AWS_SECRET_ACCESS_KEY"] = "secret-of-store-91be",
        ["AWS_SESSION_TOKEN"] = "secret-of-session-0a6c",
    };

    [Fact]
    public async Task No_log_of_a_run_nor_of_its_failures_has_a_secret()
    {
        var environment = new Dictionary<string, string>(Secrets)
        {
            ["Logging__LogLevel__Default"] = "Trace",
            ["AWS_ENDPOINT_URL_S3"] = "http://127.0.0.1:9",
        };
        await using Stack stack = await Stack.StartAsync(environment);
        var told = new List<string>();
        stack.Gateway.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "secret-of-a-stranger-4411");
        using HttpResponseMessage refused = await stack.Gateway.GetAsync("runs", TestContext.Current.CancellationToken);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        told.Add(await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        stack.Gateway.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Secrets["DAPRHEP_API_TOKEN"]);
        JsonObject request = stack.SampleRequest("store");
        request["epochs"] = 1;
        string run = await stack.StartRunAsync(request);
        Stack.StatusOf(await stack.WaitAsync(run, _ => false)).ShouldBe("completed", stack.Log);

        const string Signed = "http://user:secret-in-url-8d2e@127.0.0.1:9/a.root?X-Amz-Signature=secret-in-query-6b70";
        foreach (string input in (string[])["s3://bucket/a.root", Signed])
        {
            request["samples"]![0]!["files"]![0] = input;
            request["attempts"] = 1;
            JsonNode failed = await stack.WaitAsync(await stack.StartRunAsync(request), _ => false);
            Stack.StatusOf(failed).ShouldBe("failed");
            told.Add(failed["error"]?.ToJsonString() ?? "");
        }
        using var http = new HttpClient();
        foreach (JsonNode? service in stack.Services)
            told.Add(await http.GetStringAsync($"http://127.0.0.1:{service!["port"]}/metrics", TestContext.Current.CancellationToken));

        stack.Log.Length.ShouldBeGreaterThan(1000);
        foreach (string text in told.Append(stack.Log))
        {
            text.Split('\n').FirstOrDefault(line => line.Contains("secret-", StringComparison.Ordinal)).ShouldBeNull();
            text.ShouldNotContain(Secrets["AWS_ACCESS_KEY_ID"]);
        }
    }
}
