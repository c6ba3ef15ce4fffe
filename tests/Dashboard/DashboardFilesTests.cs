using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using DaprHep.Gateway.Dashboard;

namespace DaprHep.Dashboard.Tests;

/// <summary>What the gateway serves of the dashboard before any script runs.</summary>
[Collection(nameof(WholeStack))]
public sealed partial class DashboardFilesTests(WholeStack whole)
{
    [Theory]
    [InlineData("runs", "Runs")]
    [InlineData("compare", "Compare")]
    [InlineData("models", "Models")]
    [InlineData("run", null)]
    [InlineData("event", null)]
    [InlineData("workload", null)]
    public void A_page_has_the_frame_of_all_pages_its_module_and_its_place_in_the_navigation(string name, string? place)
    {
        string page = Encoding.UTF8.GetString(DashboardFiles.Find(name)!.Content);
        foreach (string once in (string[])["<!doctype html>", "<title>", "<nav ", "<main id=\"main\"", "</main>", "<noscript>"])
            page.Split(once).Length.ShouldBe(2, once);
        page.ShouldNotContain("{{");
        Scripts().Matches(page).Select(script => script.Value).ShouldBe([$"<script type=\"module\" src=\"{name}.js\"></script>"]);
        DashboardFiles.Find($"{name}.js").ShouldNotBeNull();
        Current().Matches(page).Select(link => link.Groups[1].Value).ShouldBe(place is null ? [] : [place]);
        page.ShouldNotContain("style=");
    }

    [Fact]
    public async Task A_file_that_has_not_changed_is_not_sent_again()
    {
        using var http = new HttpClient();
        List<string> tags = [];
        foreach (string name in (string[])["", "compare", "models", "style.css", "runs.js"])
        {
            var address = new Uri($"{whole.Stack.Url}/dashboard/{name}");
            using HttpResponseMessage first = await http.GetAsync(address);
            (first.StatusCode, first.Headers.CacheControl!.NoCache).ShouldBe((HttpStatusCode.OK, true));
            EntityTagHeaderValue tag = first.Headers.ETag!;
            tags.Add(tag.Tag);
            foreach ((string known, HttpStatusCode status) in new[]
            {
                (tag.Tag, HttpStatusCode.NotModified), ($"\"other\", W/{tag.Tag}", HttpStatusCode.NotModified), ("\"other\"", HttpStatusCode.OK),
            })
            {
                using var again = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { { "If-None-Match", known } } };
                using HttpResponseMessage answer = await http.SendAsync(again);
                (answer.StatusCode, answer.Headers.ETag, answer.Headers.CacheControl!.NoCache).ShouldBe((status, tag, true));
                answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'self'");
                (await answer.Content.ReadAsByteArrayAsync()).Length.ShouldBe(
                    status == HttpStatusCode.OK ? (int)first.Content.Headers.ContentLength!.Value : 0);
            }
        }
        tags.ShouldBeUnique();
        using HttpResponseMessage frame = await http.GetAsync(new Uri($"{whole.Stack.Url}/dashboard/frame.html"));
        frame.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [GeneratedRegex("<script.*?</script>", RegexOptions.Singleline)]
    private static partial Regex Scripts();

    [GeneratedRegex("aria-current=\"page\">(.*?)<")]
    private static partial Regex Current();
}
