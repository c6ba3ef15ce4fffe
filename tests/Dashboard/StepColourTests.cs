using DaprHep.Hosting.Contracts;
using Microsoft.Playwright;

namespace DaprHep.Dashboard.Tests;

/// <summary>The colours of the steps in the timeline.</summary>
[Collection(nameof(WholeStack))]
public sealed class StepColourTests(WholeStack whole, Browser browser)
{
    // WCAG 2.2, 1.4.11: what is no text stands out by as much.
    private const double Contrast = 3;

    // In Oklab, where 0.02 is just seen; neighbouring hues of a usual palette are 0.1 apart.
    private const double Difference = 0.15;

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Every_step_has_a_colour_of_its_own_that_stands_out_from_the_page(ColorScheme scheme)
    {
        (IPage page, _) = await browser.OpenAsync(scheme: scheme);
        await page.GotoAsync($"{whole.Stack.Url}/dashboard/workload?run=none");
        string[] steps = [.. Steps.InOrder.Select(step => step.Step)];
        double[][] colours = await page.EvaluateAsync<double[][]>(
            """
            steps => {
              const drawing = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
              document.body.append(drawing);
              const canvas = document.createElement('canvas').getContext('2d');
              const linear = colour => {
                canvas.fillStyle = colour;
                canvas.fillRect(0, 0, 1, 1);
                return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)].map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
              };
              const fills = steps.map(step => {
                const mark = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
                mark.setAttribute('class', `step-${step}`);
                drawing.append(mark);
                return getComputedStyle(mark).fill;
              });
              const pages = [document.body, document.querySelector('.top')].map(part => getComputedStyle(part).backgroundColor);
              return [...pages, ...fills].map(linear);
            }
            """,
            steps);
        (double[][] papers, double[][] fills) = (colours[..2], colours[2..]);
        for (int i = 0; i < steps.Length; i++)
        {
            foreach (double[] paper in papers)
                ContrastOf(fills[i], paper).ShouldBeGreaterThanOrEqualTo(Contrast, steps[i]);
            for (int j = 0; j < i; j++)
                DifferenceOf(fills[i], fills[j]).ShouldBeGreaterThanOrEqualTo(Difference, $"{steps[i]} and {steps[j]}");
        }
    }

    private static double ContrastOf(double[] one, double[] other)
    {
        double[] bright = [.. new[] { one, other }.Select(colour => (0.2126 * colour[0]) + (0.7152 * colour[1]) + (0.0722 * colour[2])).Order()];
        return (bright[1] + 0.05) / (bright[0] + 0.05);
    }

    private static double DifferenceOf(double[] one, double[] other) =>
        Math.Sqrt(Oklab(one).Zip(Oklab(other), (a, b) => (a - b) * (a - b)).Sum());

    // Björn Ottosson, "A perceptual color space for image processing", 2020.
    private static double[] Oklab(double[] colour)
    {
        double l = Math.Cbrt((0.4122214708 * colour[0]) + (0.5363325363 * colour[1]) + (0.0514459929 * colour[2]));
        double m = Math.Cbrt((0.2119034982 * colour[0]) + (0.6806995451 * colour[1]) + (0.1073969566 * colour[2]));
        double s = Math.Cbrt((0.0883024619 * colour[0]) + (0.2817188376 * colour[1]) + (0.6299787005 * colour[2]));
        return
        [
            (0.2104542553 * l) + (0.7936177850 * m) - (0.0040720468 * s),
            (1.9779984951 * l) - (2.4285922050 * m) + (0.4505937099 * s),
            (0.0259040371 * l) + (0.7827717662 * m) - (0.8086757660 * s),
        ];
    }
}
