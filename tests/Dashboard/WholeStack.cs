using Microsoft.Playwright;

namespace DaprHep.Dashboard.Tests;

/// <summary>A stack that asks for a token, and whose gateway may be stopped.</summary>
public sealed class WholeStack : IAsyncLifetime
{
    public const string Token = "the token <b>of</b> the test";

    internal DashboardStack Stack { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Stack = await DashboardStack.StartAsync(Token);

    public ValueTask DisposeAsync() => Stack.DisposeAsync();

    /// <summary>A page of the dashboard, signed in.</summary>
    internal async Task<(IPage Page, List<string> Errors)> SignInAsync(Browser browser, string path, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        (IPage page, List<string> errors) = await browser.OpenAsync(width, scheme: scheme);
        await page.GotoAsync($"{Stack.Url}/dashboard/{path}");
        await page.FillAsync("#token", Token);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#token")).ToHaveCountAsync(0);
        return (page, errors);
    }
}

/// <summary>The tests of pages that need a whole stack share one, and the browser; they run one after the other.</summary>
[CollectionDefinition(nameof(WholeStack))]
public sealed class WholeStackCollection : ICollectionFixture<WholeStack>, ICollectionFixture<Browser>;
