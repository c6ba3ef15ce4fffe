using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace DaprHep.Dashboard.Tests;

/// <summary>Single events of a run, from the report's mistakes on.</summary>
[Collection(nameof(WholeStack))]
public sealed class EventPageTests(WholeStack whole, Browser browser)
{
    private DashboardStack Stack => whole.Stack;

    [Fact]
    public async Task A_mistake_of_the_report_is_drawn_with_its_features_and_what_the_answer_rests_on()
    {
        string run = await RunAsync();
        (IPage page, List<string> errors) = await whole.SignInAsync(browser, $"run?run={run}");
        await page.GetByRole(AriaRole.Link, new() { Name = "Report" }).ClickAsync();
        await page.Locator("table.mistakes a").First.ClickAsync();
        await page.WaitForURLAsync("**/dashboard/event?run=*");
        await Assertions.Expect(page.Locator("#answer")).ToContainTextAsync("(a mistake)");
        await Assertions.Expect(page.Locator("#planes svg.event")).ToHaveCountAsync(2);
        (await page.Locator("#planes rect.tower").CountAsync()).ShouldBeGreaterThan(10);
        await Assertions.Expect(page.Locator("#planes .cone").First).ToBeAttachedAsync();
        await Assertions.Expect(page.Locator("#planes .met")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator("#features figure")).ToHaveCountAsync(14);
        await Assertions.Expect(page.Locator("#features .why")).ToHaveCountAsync(14);
        await Assertions.Expect(page.Locator("#mistakes a[aria-current]")).ToHaveCountAsync(1);
        (await Axe.CheckAsync(page)).ShouldBeEmpty();
        await page.ShouldLookLikeAsync("event");
        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_gateway_tells_an_event_as_the_files_have_it_and_the_model_as_serving_does()
    {
        string run = await RunAsync();
        JsonArray mistakes = (await Stack.Http.GetFromJsonAsync<JsonNode>($"runs/{run}/mistakes"))!["mistakes"]!.AsArray();
        mistakes.Count.ShouldBeGreaterThan(0);
        double[] surest = [.. mistakes.Select(one => one!["probability"]!.GetValue<double>())];
        surest.ShouldBe(surest.OrderDescending());
        JsonNode first = mistakes[0]!;
        JsonNode seen = (await Stack.Http.GetFromJsonAsync<JsonNode>($"runs/{run}/data/{first["event"]!.GetValue<string>()}"))!;
        seen["class"]!.GetValue<string>().ShouldBe(first["class"]!.GetValue<string>());
        JsonArray probabilities = seen["explanation"]!["probabilities"]!.AsArray();
        probabilities.Max(one => one!.GetValue<double>()).ShouldBe(surest[0], 1e-4);
        seen["file"]!.GetValue<string>().ShouldContain($"/{first["class"]!.GetValue<string>()}/");
        seen["particles"]!.AsArray()[0]!["kind"]!.GetValue<string>().ShouldBeOneOf("electron", "muon");
        foreach (string id in (string[])["1", "no-number"])
        {
            using HttpResponseMessage answer = await Stack.Http.GetAsync($"runs/{run}/data/{id}");
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
    }

    private async Task<string> RunAsync()
    {
        string run = await Stack.StartRunAsync(Stack.SampleRequest(), "picture-of-events");
        (await Stack.EndOfAsync(run))["status"]!.GetValue<string>().ShouldBe("completed");
        return run;
    }
}
