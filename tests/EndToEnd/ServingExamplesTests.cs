using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DaprHep.EndToEnd.Tests;

/// <summary>What the README and docs/serving.md show of serving does what they say.</summary>
public sealed partial class ServingExamplesTests(SampleRun run) : IClassFixture<SampleRun>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-examples-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/serving.md")]
    public async Task The_body_that_curl_sends_is_answered_in_the_form_shown(string document)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, document));
        string body = CurlBody().Match(text).Groups[1].Value;
        await using ServedModel served = await ServedModel.StartAsync(Path.Combine(run.Out, "model"));
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage answer = await served.Http.PostAsync(new Uri("v1/models/hlf/predict", UriKind.Relative), content);
        JsonObject found = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        answer.IsSuccessStatusCode.ShouldBeTrue(found.ToJsonString());
        string[] names = [.. found.Select(field => field.Key)], ofOne = [.. found["predictions"]![0]!.AsObject().Select(field => field.Key)];
        names.ShouldBe(["model", "version", "classes", "predictions"]);
        ofOne.ShouldBe(["id", "class", "probabilities"]);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/serving.md")]
    public async Task The_lines_of_CSharp_compile_and_print_predictions(string document)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, document));
        int first = Array.FindIndex(lines, line => line.TrimStart().StartsWith("using var http = new HttpClient", StringComparison.Ordinal));
        string[] shown = [.. lines.Skip(first).TakeWhile(line => line.StartsWith("    ", StringComparison.Ordinal))];
        shown.Length.ShouldBe(3);
        await using ServedModel served = await ServedModel.StartAsync(Path.Combine(run.Out, "model"));
        string program = $$"""
            using System.Net.Http.Json;
            using System.Text.Json;
            float[] hlf = [412.3f, 58.1f, -0.71f, 47.9f, 4, 1, 61.2f, 0.33f, 1.94f, 0.02f, 0, 0.05f, -1, 1];
            {{string.Join('\n', shown).Replace("http://127.0.0.1:8090", served.Http.BaseAddress!.OriginalString, StringComparison.Ordinal)}}
            {{(shown[^1].Contains("var predictions", StringComparison.Ordinal) ? "Console.WriteLine(predictions);" : "")}}
            """;
        File.WriteAllText(Path.Combine(_folder, "Program.cs"), program);
        File.WriteAllText(Path.Combine(_folder, "example.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <UseAppHost>false</UseAppHost>
              </PropertyGroup>
            </Project>
            """);
        (int code, string output) = await DotnetAsync("run", "--project", Path.Combine(_folder, "example.csproj"), "-v", "quiet");
        code.ShouldBe(0, output);
        JsonNode.Parse(output.Trim().Split('\n')[^1])!["predictions"]![0]!["probabilities"]!.AsArray().Count.ShouldBe(3);
    }

    private static async Task<(int Code, string Output)> DotnetAsync(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience.Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
        return (process.ExitCode, process.ExitCode == 0 ? await output : await output + await error);
    }

    [GeneratedRegex("/v1/models/hlf/predict .*?-d '([^']+)'", RegexOptions.Singleline)]
    private static partial Regex CurlBody();
}
