using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DaprHep.Hosting.Contracts;
using Microsoft.Playwright;

namespace DaprHep.Dashboard.Tests;

/// <summary>A run from the page that starts it to its end.</summary>
[Collection(nameof(WholeStack))]
public sealed class RunPageTests(WholeStack whole, Browser browser)
{
    private DashboardStack Stack => whole.Stack;

    [Fact]
    public async Task A_newcomer_starts_a_run_watches_it_and_opens_its_report()
    {
        (IPage page, List<string> errors) = await whole.SignInAsync(browser, "");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start a run" }).ClickAsync();
        await page.FillAsync("#folder", Repository.Samples);
        await page.FillAsync("#epochs", "4");
        await PressStartAsync(page);
        await Assertions.Expect(page.Locator("#state")).ToContainTextAsync("completed");
        string[] steps = ["plan", "convert", "statistics", "shards", "train", "evaluate", "report"];
        (await page.Locator("#pipeline > li h3 span:first-child").AllTextContentsAsync()).ShouldBe(steps);
        await Assertions.Expect(page.Locator("#pipeline > li.done")).ToHaveCountAsync(steps.Length);
        await Assertions.Expect(page.Locator("#pipeline > li").Nth(1).Locator(".cells button.done")).ToHaveCountAsync(6);
        await page.Locator("#pipeline > li").Nth(1).Locator(".cells button").First.ClickAsync();
        await Assertions.Expect(page.Locator("#part")).ToContainTextAsync("part 0: done");
        await Assertions.Expect(page.Locator("#part")).ToContainTextAsync(".root");
        await Assertions.Expect(page.Locator("#curves svg.chart")).ToHaveCountAsync(3);
        (await page.Locator("#curves figure").First.Locator("circle").CountAsync()).ShouldBeGreaterThanOrEqualTo(4);
        await Assertions.Expect(page.Locator("#log li").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#lineage tbody tr")).ToHaveCountAsync(6);

        string name = new Uri(page.Url).Query["?run=".Length..];
        IDownload model = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "model.json" }).ClickAsync());
        model.SuggestedFilename.ShouldBe($"{name}-model.json");
        JsonNode.Parse(await File.ReadAllTextAsync(await model.PathAsync()))!["model"]!.GetValue<string>().ShouldBe("hlf");
        await page.GetByRole(AriaRole.Link, new() { Name = "Report" }).ClickAsync();
        await Assertions.Expect(page.Locator("#performance")).ToBeVisibleAsync();
        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Points_of_a_training_are_drawn_within_half_a_second()
    {
        JsonObject request = Stack.SampleRequest();
        string run = await Stack.StartRunAsync(request);
        using (HttpResponseMessage rests = await Stack.Http.PostAsync($"runs/{run}/suspend", null))
            rests.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (IPage page, _) = await whole.SignInAsync(browser, $"run?run={run}");
        await Assertions.Expect(page.Locator("#state")).ToContainTextAsync("suspended");
        await Assertions.Expect(page.Locator("#pipeline > li")).ToHaveCountAsync(7);

        // What a process of the trainer publishes; the best of some, because others work on this machine, too.
        double best = double.MaxValue;
        for (int i = 1; i <= 8; i++)
        {
            var point = new TrainingPoint(90 + i, i / 1000.0, IsEpoch: false) { Loss = 1.0 / i, Accuracy = 0.5, Auc = 0.6 };
            var message = new ProgressMessage(run, Steps.Train, "test", i, 1000, "") { Points = [point] };
            TimeSpan sent = Patience.Undisturbed;
            await Stack.PublishAsync(message);
            await page.WaitForFunctionAsync(
                "share => document.querySelector('#curves polyline, #curves circle') && Number(document.getElementById('curves').dataset.last) >= share", point.Share);
            best = Math.Min(best, (Patience.Undisturbed - sent).TotalMilliseconds);
        }
        best.ShouldBeLessThan(500);
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes" }).ClickAsync();
        await Assertions.Expect(page.Locator("#state")).ToContainTextAsync("cancelled");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Resume" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_training_of_thousands_of_epochs_is_drawn_with_few_elements_to_its_last_epoch()
    {
        JsonObject request = Stack.SampleRequest();
        request["seed"] = 19;
        string run = await Stack.StartRunAsync(request);
        await Stack.EndOfAsync(run);
        const int Epochs = 20_000;
        foreach (int[] epochs in Enumerable.Range(1, Epochs).Chunk(2_500))
        {
            await Stack.PublishAsync(new ProgressMessage(run, Steps.Train, "test", epochs[^1], Epochs, "")
            {
                Points = [.. epochs.Select(epoch => new TrainingPoint(epoch, (double)epoch / Epochs, IsEpoch: true)
                {
                    Loss = Math.Exp(-epoch / 5_000.0), TestLoss = Math.Exp(-epoch / 6_000.0), Accuracy = 0.5 + (epoch / 50_000.0),
                })],
            });
        }
        (IPage page, List<string> errors) = await whole.SignInAsync(browser, $"run?run={run}");
        await page.WaitForFunctionAsync("() => document.getElementById('curves').dataset.last === '1'");
        (await page.Locator("#curves *").CountAsync()).ShouldBeLessThan(200);
        string? loss = await page.Locator("#curves svg.chart").First.GetAttributeAsync("aria-label");
        loss.ShouldBe("Loss. training: 0.9998 to 0.0183; test: 0.9998 to 0.0357.");
        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_run_is_suspended_and_resumed_and_its_page_goes_on_when_the_gateway_is_back()
    {
        // It trains until it is cancelled: a fast machine is not to finish before a button is pressed.
        JsonObject request = Stack.SampleRequest();
        request["epochs"] = 1_000_000;
        request["seed"] = 7;
        string run = await Stack.StartRunAsync(request);
        try
        {
            (IPage page, _) = await whole.SignInAsync(browser, $"run?run={run}");
            await page.GetByRole(AriaRole.Button, new() { Name = "Suspend" }).ClickAsync();
            await Assertions.Expect(page.Locator("#state")).ToContainTextAsync("suspended");
            await Stack.StopGatewayAsync();
            await Assertions.Expect(page.Locator("#connection")).ToContainTextAsync("does not answer");
            await Stack.StartGatewayAsync();
            await Assertions.Expect(page.Locator("#connection")).ToHaveTextAsync("");
            await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
            await Assertions.Expect(page.Locator("#state")).ToContainTextAsync("running");
            await Assertions.Expect(page.Locator("#pipeline > li").Nth(1).Locator(".cells button.done")).ToHaveCountAsync(6);
            await Assertions.Expect(page.Locator("#curves svg.chart .fill1").First).ToBeVisibleAsync();

            // What the gateway knew before it stopped, a new page is told, too.
            await page.ReloadAsync();
            await Assertions.Expect(page.Locator("#pipeline > li").Nth(1).Locator(".cells button.done")).ToHaveCountAsync(6);
            await page.GetByRole(AriaRole.Button, new() { Name = "Cancel", Exact = true }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Yes" }).ClickAsync();
            await Assertions.Expect(page.Locator("#state")).ToContainTextAsync("cancelled");
        }
        finally
        {
            await Stack.EndAsync(run);
        }
    }

    [Fact]
    public async Task A_run_is_started_again_with_changes()
    {
        JsonObject request = Stack.SampleRequest();
        request["seed"] = 11;
        string run = await Stack.StartRunAsync(request);
        await Stack.EndOfAsync(run);
        (IPage page, List<string> errors) = await whole.SignInAsync(browser, $"run?run={run}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run again with changes" }).ClickAsync();
        await Assertions.Expect(page.Locator("#seed")).ToHaveValueAsync("11");
        await page.FillAsync("#batch", "0");
        await page.EvaluateAsync("() => document.querySelector('#start-dialog form').setAttribute('novalidate', '')");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("#start-dialog .problem")).ToContainTextAsync("$.batch: expected a whole number of at least 1, found 0");
        await page.FillAsync("#batch", "64");
        await PressStartAsync(page);
        await Assertions.Expect(page.Locator("#state")).ToContainTextAsync("completed");
        string again = new Uri(page.Url).Query["?run=".Length..];
        JsonNode asked = (await Stack.Http.GetFromJsonAsync<JsonNode>($"runs/{again}/request"))!;
        (asked["seed"]!.GetValue<int>(), asked["batch"]!.GetValue<int>()).ShouldBe((11, 64));
        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_that_was_left_out_is_named_with_what_is_wrong_with_it()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("daprhep-left-out-").FullName, "no.root");
        await File.WriteAllTextAsync(file, "no ROOT file");
        JsonObject request = Stack.SampleRequest();
        request["samples"]![0]!["files"]!.AsArray().Add(file);
        request["maxBadFiles"] = 1;
        string run = await Stack.StartRunAsync(request);
        (await Stack.EndOfAsync(run))["status"]!.GetValue<string>().ShouldBe("completed");
        (IPage page, List<string> errors) = await whole.SignInAsync(browser, $"run?run={run}");
        ILocator row = page.Locator("#trouble-rows tr", new() { HasText = "left out" });
        await Assertions.Expect(row.Locator("td").Nth(1)).ToHaveTextAsync(file);
        await Assertions.Expect(row.Locator("td").Last).ToContainTextAsync("found 12");
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_part_that_was_tried_again_is_listed_with_its_file_and_what_went_wrong()
    {
        JsonObject request = Stack.SampleRequest();
        request["seed"] = 17;
        string run = await Stack.StartRunAsync(request);
        DateTimeOffset ended = (await Stack.EndOfAsync(run))["updatedAt"]!.GetValue<DateTimeOffset>();

        // As processes of the ingest service tell of it: one was stopped, one found no disk.
        (string State, string? Error)[] tries = [("lost", null), ("failed", "No space left on device"), ("done", null)];
        for (int i = 0; i < tries.Length; i++)
        {
            DateTimeOffset began = ended.AddSeconds(i - 5);
            var work = new WorkRecord($"try-{i}", "ConvertPartition", $"node/{i}", tries[i].State, began)
            {
                Part = "41", Subject = "/data/qcd_41.root", Started = began, Ended = began.AddSeconds(0.5), Error = tries[i].Error,
            };
            await Stack.PublishAsync(new ProgressMessage(run, Steps.Convert, work.Process, i + 1, 3, "") { Work = [work] });
        }
        (IPage page, List<string> errors) = await whole.SignInAsync(browser, $"run?run={run}");
        await Assertions.Expect(page.Locator("#trouble-rows tr")).ToHaveCountAsync(1);
        (await page.Locator("#trouble-rows tr").Locator("th, td").AllTextContentsAsync())
            .ShouldBe(["ConvertPartition", "41", "/data/qcd_41.root", "3", "done", "No space left on device"]);
        await Assertions.Expect(page.Locator("#pipeline button.retried")).ToHaveCountAsync(1);
        (await page.Locator("#pipeline button.retried").GetAttributeAsync("aria-label")).ShouldBe("part 41: done, try 3");
        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_search_does_again_and_again_is_no_retry_and_its_trials_are_to_be_had()
    {
        JsonObject request = Stack.SampleRequest();
        request["tune"] = new JsonObject { ["space"] = "epochs: 1\nlearning_rate: {choice: [0.001, 0.01, 0.1]}", ["algorithm"] = "grid" };
        string run = await Stack.StartRunAsync(request);
        (await Stack.EndOfAsync(run))["status"]!.GetValue<string>().ShouldBe("completed");
        (IPage page, List<string> errors) = await whole.SignInAsync(browser, $"run?run={run}");
        await Assertions.Expect(page.Locator("#pipeline > li", new() { HasText = "tune" }).Locator(".cells button.done")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator("#troubles")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("#request dt", new() { HasText = "tune algorithm" }).Locator("+ dd")).ToHaveTextAsync("grid");
        foreach (string file in (string[])["trials.json", "request.json"])
        {
            IDownload saved = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = file }).ClickAsync());
            JsonNode.Parse(await File.ReadAllTextAsync(await saved.PathAsync())).ShouldNotBeNull(file);
        }
        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_search_that_ends_early_is_done_and_says_why()
    {
        JsonObject request = Stack.SampleRequest();
        request["tune"] = new JsonObject
        {
            // The first is the best, so two of the others are enough.
            ["space"] = "epochs: 1\nlearning_rate: {choice: [0.01, 1e-6, 2e-6, 3e-6, 4e-6, 5e-6]}",
            ["algorithm"] = "grid",
            ["patience"] = 2,
            ["parallel"] = 1,
        };
        string run = await Stack.StartRunAsync(request);
        await Stack.EndOfAsync(run);
        string events = await Stack.Http.GetStringAsync($"runs/{run}/events");
        events.ShouldContain("\"step\":\"tune\",\"events\":3,\"totalEvents\":3,\"note\":\"trial 3 of 6, 3 epochs");
        events.ShouldContain("; ended early, as the last 2 results were no better\"");
    }

    [Fact]
    public async Task The_workload_of_a_run_tells_what_bound_its_steps()
    {
        // Of so many events that no other test's run has done any of its work.
        JsonObject request = Stack.SampleRequest();
        request["maxEvents"] = 480;
        string run = await Stack.StartRunAsync(request, "picture-of-work");
        await Stack.EndOfAsync(run);
        (IPage page, List<string> errors) = await whole.SignInAsync(browser, $"run?run={run}");
        await page.GetByRole(AriaRole.Link, new() { Name = "Workload" }).ClickAsync();
        await Assertions.Expect(page.Locator("#bounds li")).ToHaveCountAsync(7);
        await Assertions.Expect(page.Locator("#bounds li").First).ToContainTextAsync("bound by");
        (await page.Locator("#timeline rect").CountAsync()).ShouldBeGreaterThanOrEqualTo(13);
        (await Axe.CheckAsync(page)).ShouldBeEmpty();
        
        // Every bar is as long as its work took.
        await page.ShouldLookLikeAsync("workload", tolerance: 0.15);
        errors.ShouldBeEmpty();

        JsonNode workload = (await Stack.Http.GetFromJsonAsync<JsonNode>($"runs/{run}/workload"))!;
        JsonNode convert = workload["stages"]!.AsArray().Single(stage => stage!["step"]!.GetValue<string>() == "convert")!;
        convert["works"]!.GetValue<int>().ShouldBeGreaterThanOrEqualTo(6);
        JsonNode replica = convert["replicas"]!.AsArray().ShouldHaveSingleItem()!;
        replica["seconds"]!.AsObject().Select(kind => kind.Key).ShouldBe(["inflate", "io", "physics"]);
        replica["wallSeconds"]!.GetValue<double>().ShouldBeInRange(0, convert["seconds"]!.GetValue<double>());
        foreach (string step in (string[])["plan", "convert", "statistics", "shards", "train", "evaluate", "report"])
        {
            JsonNode own = workload["stages"]!.AsArray().Single(stage => stage!["step"]!.GetValue<string>() == step)!["replicas"]![0]!;
            own["seconds"]!["io"].ShouldNotBeNull(step);
            own["bytesOut"]!.GetValue<long>().ShouldBeGreaterThan(0, step);
            if (step is not "plan")
                own["bytesIn"]!.GetValue<long>().ShouldBeGreaterThan(0, step);
            if (step is "train" or "evaluate")
                own["seconds"]!["kernel"]!.GetValue<double>().ShouldBeGreaterThan(0, step);
        }
        ILocator report = page.Locator("#stages tr.stage", new() { HasText = "report" });
        await Assertions.Expect(report.Locator("td").Nth(4)).Not.ToHaveTextAsync("–");
        workload["timeline"]!.AsArray().ShouldAllBe(span => span!["taken"]!.GetValue<double>() <= span["started"]!.GetValue<double>()
            && span["started"]!.GetValue<double>() <= span["ended"]!.GetValue<double>());
    }

    [Fact]
    public async Task The_workload_has_a_column_for_GPUs_only_of_a_run_that_used_them()
    {
        JsonObject request = Stack.SampleRequest();
        request["seed"] = 13;
        string run = await Stack.StartRunAsync(request);
        JsonNode end = await Stack.EndOfAsync(run);
        (IPage page, List<string> errors) = await whole.SignInAsync(browser, $"workload?run={run}");
        ILocator stages = page.Locator("table", new() { Has = page.Locator("#stages") });
        await Assertions.Expect(page.Locator("#stages tr.stage")).ToHaveCountAsync(7);
        int columns = await stages.Locator("th[scope=col]:visible").CountAsync();
        await Assertions.Expect(stages.Locator("th[scope=col]", new() { HasText = "GPU" })).ToBeHiddenAsync();
        (await stages.Locator("tr.stage").First.Locator("th, td").CountAsync()).ShouldBe(columns);

        // As ranks on two GPUs tell of themselves.
        DateTimeOffset ended = end["updatedAt"]!.GetValue<DateTimeOffset>();
        foreach ((string node, double use, long memory) in new[] { ("node-1/1", 0.9, 12_000_000_000), ("node-2/1", 0.5, 8_500_000_000) })
        {
            var rank = new WorkRecord(node, "rank", node, "done", ended.AddSeconds(-1))
            {
                Part = node, Started = ended.AddSeconds(-1), Ended = ended, GpuUse = use, GpuMemory = memory,
            };
            await Stack.PublishAsync(new ProgressMessage(run, Steps.Train, node, 1, 1, "") { Work = [rank] });
        }
        await page.ReloadAsync();
        await Assertions.Expect(stages.Locator("th[scope=col]", new() { HasText = "GPU" })).ToBeVisibleAsync();
        (await stages.Locator("th[scope=col]:visible").CountAsync()).ShouldBe(columns + 1);
        foreach (ILocator row in await stages.Locator("tbody tr").AllAsync())
            (await row.Locator("th, td").CountAsync()).ShouldBe(columns + 1);
        await Assertions.Expect(stages.Locator("tr", new() { HasText = "node-2/1" })).ToContainTextAsync("50 %, 8.5 GB");
        await Assertions.Expect(stages.Locator("tr.stage", new() { HasText = "train" })).ToContainTextAsync("70 %, 12.0 GB");
        await Assertions.Expect(stages.Locator("tr.stage", new() { HasText = "convert" })).Not.ToContainTextAsync("%");
        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_wrong_token_is_refused_and_the_right_one_is_asked_for_once()
    {
        (IPage page, _) = await browser.OpenAsync();
        await page.GotoAsync($"{Stack.Url}/dashboard/");
        await page.FillAsync("#token", "wrong");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#token-problem")).ToHaveTextAsync("This is not the token.");
        (await Axe.CheckAsync(page)).ShouldBeEmpty();
        await page.FillAsync("#token", WholeStack.Token);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#count")).ToContainTextAsync("runs");
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#count")).ToContainTextAsync("runs");
        await Assertions.Expect(page.Locator("#token")).ToHaveCountAsync(0);

        // The cookie does not tell the token, no script sees it, and it changes nothing without the page's own header.
        BrowserContextCookiesResult cookie = (await page.Context.CookiesAsync()).Single();
        (cookie.HttpOnly, cookie.SameSite).ShouldBe((true, SameSiteAttribute.Strict));
        cookie.Value.ShouldMatch("^[0-9a-f]{64}$");
        using var other = new HttpRequestMessage(HttpMethod.Post, $"{Stack.Url}/runs/nobody/cancel");
        other.Headers.Add("Cookie", $"{cookie.Name}={cookie.Value}");
        using var stranger = new HttpClient();
        using HttpResponseMessage refused = await stranger.SendAsync(other);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Names_that_are_markup_are_text_and_the_pages_allow_no_script_of_their_own()
    {
        const string Evil = "/data/<img src=x onerror=\"document.title='evil'\"><script>alert(1)</script>'\"&.root";
        JsonObject request = Stack.SampleRequest();
        request["samples"]![0]!["files"] = new JsonArray(Evil);
        string run = await Stack.StartRunAsync(request);
        (await Stack.EndOfAsync(run))["status"]!.GetValue<string>().ShouldBe("failed");
        (IPage page, List<string> errors) = await whole.SignInAsync(browser, $"run?run={run}");
        await Assertions.Expect(page.Locator("#problem")).ToContainTextAsync(Evil);
        await Assertions.Expect(page.Locator("#request")).ToContainTextAsync(Evil);
        await Assertions.Expect(page.Locator("#trouble-rows")).ToContainTextAsync(Evil);
        await page.GotoAsync($"{Stack.Url}/dashboard/?text={Uri.EscapeDataString("<img src=x onerror=alert(1)>")}");
        await Assertions.Expect(page.Locator("#empty")).ToBeVisibleAsync();
        await page.GotoAsync($"{Stack.Url}/dashboard/run?run={Uri.EscapeDataString("<script>alert(1)")}");
        await Assertions.Expect(page.Locator("#problem")).ToContainTextAsync("there is no run '<script>alert(1)'");
        (await page.Locator("main img, main script").CountAsync()).ShouldBe(0);
        (await page.TitleAsync()).ShouldNotBe("evil");
        errors.ShouldBeEmpty();

        IResponse answer = (await page.GotoAsync($"{Stack.Url}/dashboard/"))!;
        string policy = (await answer.HeaderValueAsync("content-security-policy"))!;
        policy.ShouldContain("default-src 'self'");
        policy.ShouldNotContain("unsafe");
    }

    [Fact]
    public async Task The_pages_look_like_their_pictures_and_pass_the_checks_of_accessibility()
    {
        JsonObject request = Stack.SampleRequest();
        request["epochs"] = 30;
        string run = await Stack.StartRunAsync(request, "picture");
        await Stack.EndOfAsync(run);
        (IPage page, List<string> errors) = await whole.SignInAsync(browser, $"run?run={run}");
        await Assertions.Expect(page.Locator("#lineage tbody tr")).ToHaveCountAsync(6);
        await page.ShouldLookLikeAsync("run");
        (await Axe.CheckAsync(page)).ShouldBeEmpty();
        (page, _) = await whole.SignInAsync(browser, $"run?run={run}", scheme: ColorScheme.Dark);
        await Assertions.Expect(page.Locator("#lineage tbody tr")).ToHaveCountAsync(6);
        await page.ShouldLookLikeAsync("run-dark");
        (await Axe.CheckAsync(page)).ShouldBeEmpty();
        (page, _) = await whole.SignInAsync(browser, $"run?run={run}", 390);
        await Assertions.Expect(page.Locator("#lineage tbody tr")).ToHaveCountAsync(6);
        await page.ShouldLookLikeAsync("run-phone");
        (await Axe.CheckAsync(page)).ShouldBeEmpty();
        (await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth")).ShouldBeLessThanOrEqualTo(0);
        errors.ShouldBeEmpty();
    }

    // A service that answers late for want of a core counts as missing; the page says so, and one tries again.
    private static async Task PressStartAsync(IPage page)
    {
        string before = page.Url;
        ILocator start = page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true });
        var limit = Stopwatch.StartNew();
        while (page.Url == before && limit.Elapsed < Patience.Limit)
        {
            if (await start.IsVisibleAsync() && await start.IsEnabledAsync())
                await start.ClickAsync();
            await page.WaitForTimeoutAsync(200);
        }
        page.Url.ShouldNotBe(before);
        page.Url.ShouldContain("run?run=");
    }
}
