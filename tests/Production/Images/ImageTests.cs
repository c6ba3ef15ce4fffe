using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace DaprHep.Production.Tests.Images;

/// <summary>An image is small, has one program and one user, says what is in it, and its service starts.</summary>
public sealed class ImageTests(ServingImage image) : IClassFixture<ServingImage>
{
    private const string Program = "/app/DaprHep.Serving";
    private const long MostBytes = 250_000_000;

    [Fact]
    public async Task The_service_starts_and_answers_as_a_user_without_rights()
    {
        string url = $"http://127.0.0.1:{LoopbackPort.Free()}";
        using Process container = Command.Start(
            image.Environment,
            "buildah", "run", "--isolation", "chroot", "--env", $"ASPNETCORE_URLS={url}", image.Container, "--", Program);
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri(url) };
            (await AskAsync(http, "/healthz/live", container)).ShouldBe("Healthy");
            ReadOrEmpty($"/proc/{ServiceAt(url)}/status").ShouldContain("Uid:\t10001\t10001");
        }
        finally
        {
            // The service belongs to a process that buildah has given to init: it would live on. Without it, buildah ends.
            if (ServiceAt(url) is { } service)
                Process.GetProcessById(service).Kill();
            else
                container.Kill(entireProcessTree: true);
            await container.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Label_and_version_say_what_it_was_built_with()
    {
        JsonNode labels = image.Configuration["config"]!["Labels"]!;
        labels["io.daprhep.packages"]!.GetValue<string>().ShouldBe("stand-ins");
        Command.Result version = await Command.RunAsync(
            image.Environment, "buildah", "run", "--isolation", "chroot", image.Container, "--", Program, "--version");
        version.ExitCode.ShouldBe(0, version.Error);
        version.Output.ShouldStartWith("daprhep serving ");
        version.Output.Trim().ShouldEndWith("(stand-ins)");
        version.Output.ShouldContain(labels["org.opencontainers.image.revision"]!.GetValue<string>()[..12]);
    }

    [Fact]
    public void It_is_small_and_has_neither_a_shell_nor_files_that_others_may_write()
    {
        image.Configuration["config"]!["User"]!.GetValue<string>().ShouldBe("10001:10001");
        IReadOnlyList<ImageFile> files = image.Content;
        files.Sum(file => file.Length).ShouldBeLessThan(MostBytes);
        files.Select(file => file.Name).ShouldNotContain(name => name == "sh" || name == "bash" || name == "apt-get" || name == "dpkg");
        files.ShouldAllBe(file => (file.Mode & (UnixFileMode.OtherWrite | UnixFileMode.SetUser | UnixFileMode.SetGroup)) == 0);
        files.Select(file => file.Written).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public void The_bill_of_materials_names_the_packages_of_the_program_and_of_the_system()
    {
        JsonNode bill = JsonNode.Parse(File.ReadAllText(Path.Combine(image.Files, "usr/share/daprhep/sbom.spdx.json")))!;
        bill["spdxVersion"]!.GetValue<string>().ShouldBe("SPDX-2.3");
        JsonNode[] parts = [.. bill["packages"]!.AsArray().Select(part => part!)];
        string[] urls = [.. parts.SelectMany(part => part["externalRefs"]?.AsArray() ?? [])
            .Select(reference => reference!["referenceLocator"]!.GetValue<string>())];
        foreach (string part in (string[])["pkg:nuget/AWSSDK.S3@", "pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@", "pkg:deb/debian/libssl3@", "pkg:deb/debian/libc6@"])
            urls.ShouldContain(url => url.StartsWith(part, StringComparison.Ordinal), part);
        parts.Select(part => part["SPDXID"]!.GetValue<string>()).ShouldBeUnique();
        bill["relationships"]!.AsArray().Count.ShouldBe(parts.Length);
    }

    private static async Task<string> AskAsync(HttpClient http, string path, Process service)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await http.GetStringAsync(path);
            }
            catch (HttpRequestException)
            {
                bool waits = !service.HasExited && Stopwatch.GetElapsedTime(started) < Patience.Limit;
                waits.ShouldBeTrue(service.HasExited ? await service.StandardError.ReadToEndAsync() : "no answer");
                await Task.Delay(100);
            }
        }
    }

    /// <summary>The process of the program with an address of its own in its environment.</summary>
    private static int? ServiceAt(string url) => Directory.EnumerateDirectories("/proc")
        .Where(folder => ReadOrEmpty(Path.Combine(folder, "cmdline")).StartsWith(Program, StringComparison.Ordinal)
            && ReadOrEmpty(Path.Combine(folder, "environ")).Contains($"ASPNETCORE_URLS={url}\0", StringComparison.Ordinal))
        .Select(folder => (int?)int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture))
        .FirstOrDefault();

    // A process may end while it is looked at.
    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
