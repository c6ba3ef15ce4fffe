using Microsoft.Playwright;

namespace DaprHep.Dashboard.Tests;

/// <summary>
/// Pictures of the pages in <c>docs/dashboard</c>. A page must look like its picture; <c>DAPRHEP_SCREENSHOTS=1</c> takes them anew.
/// </summary>
internal static class Screenshots
{
    // Logs differ from run to run, and so does a line of the curves here and there.
    private const double Tolerance = 0.06;

    // What a machine's speed changes is the same in every picture: a longer number wraps its line and moves all that is below it.
    // Where the repository is on a machine is nobody's business.
    private const string Settle = """
        root => {
          const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (texts.nextNode()) {
            const text = texts.currentNode;
            text.data = text.data.replaceAll(root, '/data')
              .replace(/\b\d[\d\s.]* (ms|s|min|h)(?!\w)/g, '1.0 s')
              .replace(/\b\d[\d\s.]* ev\/s/g, '1 000 ev/s')
              .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '2026-01-01 12:00:00');
          }
        }
        """;

    private const string Compare = """
        async ([one, two]) => {
          const pixels = async data => {
            const image = new Image();
            image.src = `data:image/png;base64,${data}`;
            await image.decode();
            const canvas = document.createElement('canvas');
            [canvas.width, canvas.height] = [Math.round(image.width / 4), Math.round(image.height / 4)];
            const context = canvas.getContext('2d');
            context.imageSmoothingQuality = 'high';
            context.drawImage(image, 0, 0, canvas.width, canvas.height);
            return context.getImageData(0, 0, canvas.width, canvas.height);
          };
          const [a, b] = [await pixels(one), await pixels(two)];
          if (a.width !== b.width || a.height !== b.height) return 1;
          let other = 0;
          for (let i = 0; i < a.data.length; i += 4)
            if (Math.max(...[0, 1, 2].map(c => Math.abs(a.data[i + c] - b.data[i + c]))) > 48) other++;
          return other / (a.data.length / 4);
        }
        """;

    /// <summary>Compares what is to be seen of a page with its picture.</summary>
    /// <param name="page">The page.</param>
    /// <param name="name">Name of the picture.</param>
    /// <param name="tolerance">So much of it may look otherwise.</param>
    public static async Task ShouldLookLikeAsync(this IPage page, string name, double tolerance = Tolerance)
    {
        await page.EvaluateAsync(Settle, Repository.Root);
        byte[] seen = await page.ScreenshotAsync(new PageScreenshotOptions { Animations = ScreenshotAnimations.Disabled, Caret = ScreenshotCaret.Hide });
        string file = Path.Combine(Repository.Root, "docs", "dashboard", $"{name}.png");
        if (Environment.GetEnvironmentVariable("DAPRHEP_SCREENSHOTS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, seen);
            return;
        }
        File.Exists(file).ShouldBeTrue($"{file} is missing; DAPRHEP_SCREENSHOTS=1 takes it");
        IPage blank = await page.Context.NewPageAsync();
        double other = await blank.EvaluateAsync<double>(
            Compare, new[] { Convert.ToBase64String(seen), Convert.ToBase64String(await File.ReadAllBytesAsync(file)) });
        await blank.CloseAsync();
        if (other > tolerance)
        {
            string kept = Path.Combine(Repository.Root, "artifacts", "screenshots", $"{name}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
            await File.WriteAllBytesAsync(kept, seen);
            other.ShouldBeLessThanOrEqualTo(tolerance, $"{name} looks otherwise ({other:P1} of its pixels): compare {kept} with {file}");
        }
    }
}
