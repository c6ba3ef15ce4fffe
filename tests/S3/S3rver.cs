using System.Diagnostics;

namespace DaprHep.Tests;

/// <summary>The npm package s3rver: small and quick, without conditions on writes.</summary>
public sealed class S3rver : S3Server
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "S3", "js");

    public override string AccessKey => "S3RVER";

    public override string Secret => "S3RVER";

    protected override async Task<ProcessStartInfo> PrepareAsync(string folder, int port)
    {
        await InstallAsync();
        return new ProcessStartInfo(
            Path.Combine(Folder, "node_modules", ".bin", "s3rver"),
            ["--directory", folder, "--address", "127.0.0.1", "--port", $"{port}", "--configure-bucket", Bucket, "--silent"]);
    }

    // Test projects run side by side; one installs, the others wait.
    private static async Task InstallAsync()
    {
        using FileStream turn = await TakeTurnAsync(Path.Combine(Repository.Root, "artifacts", "s3rver.installing"));
        if (File.Exists(Path.Combine(Folder, "node_modules", ".bin", "s3rver")))
            return;
        using Process install = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund"]) { WorkingDirectory = Folder })!;
        await install.WaitForExitAsync();
        install.ExitCode.ShouldBe(0, "npm ci failed");
    }

    private static async Task<FileStream> TakeTurnAsync(string path)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(200);
            }
        }
    }
}
