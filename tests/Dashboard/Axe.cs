using System.Diagnostics;
using Microsoft.Playwright;

namespace DaprHep.Dashboard.Tests;

/// <summary>The accessibility checks of the npm package axe-core, run in a page: labels, roles, landmarks, headings, contrast, focus order.</summary>
internal static class Axe
{
    private static readonly Lazy<string> Source = new(Read);

    /// <summary>What is wrong with a page as it is now: a line each.</summary>
    public static async Task<IReadOnlyList<string>> CheckAsync(IPage page)
    {
        await page.EvaluateAsync(Source.Value);
        return await page.EvaluateAsync<string[]>(
            """
            async () => {
              const rules = { 'region': { enabled: true }, 'focus-order-semantics': { enabled: true } };
              const found = await axe.run(document, { resultTypes: ['violations'], rules });
              return found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.target.join(' ')} ${node.failureSummary}`));
            }
            """);
    }

    private static string Read()
    {
        string folder = Path.Combine(Repository.Root, "tests", "Dashboard", "js"), file = Path.Combine(folder, "node_modules", "axe-core", "axe.min.js");
        if (!File.Exists(file))
        {
            using Process install = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund"])
            {
                WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            string error = install.StandardError.ReadToEnd();
            install.WaitForExit();
            install.ExitCode.ShouldBe(0, error);
        }
        return File.ReadAllText(file);
    }
}
