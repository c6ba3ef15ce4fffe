using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace DaprHep.EndToEnd.Tests;

/// <summary>An S3 server on loopback (the npm package s3rver) with one bucket.</summary>
public sealed class S3Server : IAsyncLifetime
{
    public const string Bucket = "events";
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "EndToEnd", "js");
    private readonly string _data = Directory.CreateTempSubdirectory("daprhep-s3-").FullName;
    private Process? _server;

    public string Endpoint { get; private set; } = "";

    /// <summary>What a process needs to know of the server.</summary>
    public Dictionary<string, string> Environment => new()
    {
        ["AWS_ENDPOINT_URL"] = Endpoint,
        ["AWS_ACCESS_KEY_ID"] = "S3RVER",
        ["AWS_SECRET_ACCESS_KEY"] = "S3RVER",
    };

    public async ValueTask InitializeAsync()
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "s3rver")))
        {
            using Process install = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund"]) { WorkingDirectory = Folder })!;
            await install.WaitForExitAsync();
            install.ExitCode.ShouldBe(0, "npm ci failed");
        }
        int port = FreePort();
        Endpoint = $"http://127.0.0.1:{port}";
        _server = Process.Start(new ProcessStartInfo(
            Path.Combine(Folder, "node_modules", ".bin", "s3rver"),
            ["--directory", _data, "--address", "127.0.0.1", "--port", $"{port}", "--configure-bucket", Bucket, "--silent"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var client = new HttpClient();
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                (await client.GetAsync($"{Endpoint}/{Bucket}")).EnsureSuccessStatusCode();
                return;
            }
            catch (HttpRequestException) when (attempt < 100)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Puts a file into the bucket.</summary>
    public async Task PutAsync(string key, string path)
    {
        using var client = new Amazon.S3.AmazonS3Client(
            "S3RVER", "S3RVER", new Amazon.S3.AmazonS3Config { ServiceURL = Endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
        await client.PutObjectAsync(new Amazon.S3.Model.PutObjectRequest { BucketName = Bucket, Key = key, FilePath = path, UseChunkEncoding = false });
    }

    public ValueTask DisposeAsync()
    {
        _server?.Kill(entireProcessTree: true);
        _server?.WaitForExit();
        _server?.Dispose();
        Directory.Delete(_data, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
