using Microsoft.Playwright;

namespace DaprHep.Dashboard.Tests;

/// <summary>Debian's Chromium without a window, one for all tests of a class.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        string program = Programs.FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("there is no chromium; ./daprhep test installs Debian's package");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none", "--force-color-profile=srgb"],
        });
    }

    /// <summary>A page in a session of its own. Whatever it says on its console that is an error is kept.</summary>
    public async Task<(IPage Page, List<string> Errors)> OpenAsync(
        int width = 1280, int height = 860, ColorScheme scheme = ColorScheme.Light)
    {
        IBrowserContext context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-US",
            TimezoneId = "UTC",
        });
        context.SetDefaultTimeout((float)Patience.Limit.TotalMilliseconds);
        Assertions.SetDefaultExpectTimeout((float)Patience.Limit.TotalMilliseconds);
        IPage page = await context.NewPageAsync();
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error);
        page.Console += (_, message) =>
        {
            // A gateway that is away or asks for a token is no fault of the page.
            if (message.Type == "error" && !message.Text.Contains("Failed to load resource", StringComparison.Ordinal))
                errors.Add(message.Text);
        };
        return (page, errors);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
