using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace DaprHep.Dashboard.Tests;

/// <summary>Runs side by side, and the models that came of them.</summary>
[Collection(nameof(WholeStack))]
public sealed class ComparePageTests(WholeStack whole, Browser browser)
{
    private DashboardStack Stack => whole.Stack;

    [Fact]
    public async Task Runs_are_compared_by_curves_figures_and_parameters()
    {
        string first = await RunAsync("compare-1", request => request["epochs"] = 12);
        string second = await RunAsync("compare-2", request => request["tune"] = new JsonObject
        {
            ["space"] = "epochs: 2\nlearning_rate: {choice: [0.001, 0.01]}\nbatch: {choice: [64, 128]}", ["algorithm"] = "grid",
        });
        (IPage page, List<string> errors) = await whole.SignInAsync(browser, "");
        await page.CheckAsync($"input[aria-label='Compare {first}']");
        await page.CheckAsync($"input[aria-label='Compare {second}']");
        await page.GetByRole(AriaRole.Link, new() { Name = "Compare 2" }).ClickAsync();
        await Assertions.Expect(page.Locator("#roc svg.chart")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator("#roc svg.chart").First.Locator("path.curve")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator("#tested")).ToContainTextAsync("tested on the same events");
        await Assertions.Expect(page.Locator("#figures tbody tr")).ToHaveCountAsync(1 + 2 + (5 * 3));
        (await page.Locator("#figures td.best").CountAsync()).ShouldBeGreaterThan(0);
        await Assertions.Expect(page.Locator("#figures tr", new() { HasText = "accuracy" }).First).ToContainTextAsync("±");
        await Assertions.Expect(page.Locator("#parameters tr.differs th").First).ToHaveTextAsync("epochs");
        await Assertions.Expect(page.Locator("#tuning svg.chart")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator("#tuning path.trial, #tuning path.curve").First).ToBeVisibleAsync();
        (await Axe.CheckAsync(page)).ShouldBeEmpty();
        await page.ShouldLookLikeAsync("compare");
        foreach ((string path, int regions) in new[] { ($"compare?run={first}&run={second}", 3), ("compare", 0) })
        {
            (IPage phone, _) = await whole.SignInAsync(browser, path, 390);
            await Assertions.Expect(phone.Locator("main .scroll table, main .scroll svg")).ToHaveCountAsync(regions);
            (await phone.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth")).ShouldBeLessThanOrEqualTo(0);
            (await Axe.CheckAsync(phone)).ShouldBeEmpty();
        }
        await page.GetByRole(AriaRole.Link, new() { Name = $"Leave {first} out" }).ClickAsync();
        await Assertions.Expect(page.Locator("#compared li")).ToHaveCountAsync(1);

        // By keyboard: arrows only choose.
        await page.Locator("#more").FocusAsync();
        while (await page.Locator("#more").InputValueAsync() != first)
            await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(page.Locator("#compared li")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#compared li")).ToHaveCountAsync(2);
        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Models_are_promoted_rolled_back_and_shadowed()
    {
        await RunAsync("model-1", request => (request["promote"], request["epochs"]) = ("topology", 15));
        // Of no other test's epochs: what has been trained is not trained again, and the page of that run would have no curves.
        await RunAsync("model-2", request => (request["promote"], request["epochs"]) = ("topology", 31));
        JsonNode served = (await Stack.Http.GetFromJsonAsync<JsonNode>("models/topology"))!;
        string now = served["version"]!.GetValue<string>(), other = now == "v1" ? "v2" : "v1";
        (IPage page, List<string> errors) = await whole.SignInAsync(browser, "models");
        ILocator model = page.Locator("section[data-model=topology]");
        await Assertions.Expect(model.Locator(".heading")).ToContainTextAsync($"{now} answers");
        await Assertions.Expect(model.Locator("table").Nth(1).Locator("tbody tr")).ToHaveCountAsync(2);
        (await Axe.CheckAsync(page)).ShouldBeEmpty();
        await page.ShouldLookLikeAsync("models");
        (IPage phone, _) = await whole.SignInAsync(browser, "models", 390);
        await phone.Locator("section[data-model=topology] summary").ClickAsync();
        await Assertions.Expect(phone.Locator("table.drift meter").First).ToBeVisibleAsync();
        (await phone.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth")).ShouldBeLessThanOrEqualTo(0);
        (await Axe.CheckAsync(phone)).ShouldBeEmpty();

        // What somebody else changes is shown, and takes neither the focus nor what is open from who looks.
        ILocator drift = model.Locator("summary");
        await drift.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        using (HttpResponseMessage shadow = await Stack.Http.PutAsJsonAsync("models/topology/shadow", new { version = other }))
            shadow.IsSuccessStatusCode.ShouldBeTrue();
        await Assertions.Expect(model.Locator("tr", new() { HasText = other }).First).ToContainTextAsync("shadow");
        await Assertions.Expect(drift).ToBeFocusedAsync();
        await Assertions.Expect(model.Locator("details")).ToHaveAttributeAsync("open", "");
        using (HttpResponseMessage ended = await Stack.Http.DeleteAsync("models/topology/shadow"))
            ended.IsSuccessStatusCode.ShouldBeTrue();
        await Assertions.Expect(page.GetByLabel($"End shadow: {other} of topology")).ToHaveCountAsync(0);

        await page.GetByLabel($"Shadow: {other} of topology").ClickAsync();
        await Assertions.Expect(model.Locator("tr", new() { HasText = other }).First).ToContainTextAsync("shadow");
        await page.GetByLabel($"End shadow: {other} of topology").ClickAsync();
        await page.GetByLabel($"Promote: {other} of topology").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes" }).ClickAsync();
        await Assertions.Expect(model.Locator(".heading")).ToContainTextAsync($"{other} answers");
        await page.GetByRole(AriaRole.Button, new() { Name = $"Roll back to {now}" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes" }).ClickAsync();
        await Assertions.Expect(model.Locator(".heading")).ToContainTextAsync($"{now} answers");
        (await Stack.Http.GetFromJsonAsync<JsonNode>("models/topology"))!["version"]!.GetValue<string>().ShouldBe(now);
        errors.ShouldBeEmpty();
    }

    // The same names every time, for the pictures.
    private async Task<string> RunAsync(string key, Action<JsonObject> change)
    {
        JsonObject request = Stack.SampleRequest();
        change(request);
        string run = await Stack.StartRunAsync(request, key);
        JsonNode end = await Stack.EndOfAsync(run);
        end["status"]!.GetValue<string>().ShouldBe("completed", end.ToJsonString());
        return run;
    }
}
