using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Amazon.S3;
using DaprHep.Data.Objects;
using DaprHep.Tests;

namespace DaprHep.Benchmarks.Store;

/// <summary>OpenStack Swift with its S3 layer (<c>infra/local/swift_s3.py</c>), its objects in a temporary folder.</summary>
internal sealed class LocalSwift : IDisposable
{
    public const string Bucket = "benchmark";
    private const string AccessKey = "benchmark:user";
    private const string Secret = "benchmark";
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-swift-").FullName;
    private readonly Process _process;

    public LocalSwift()
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        string script = Path.Combine(Repository.Root, "infra", "local", "swift_s3.py"), port = Port.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo("/usr/bin/python3", [script, "--folder", _folder, "--port", port, "--bucket", Bucket])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["AWS_ACCESS_KEY_ID"] = AccessKey;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = Secret;
        _process = Process.Start(start)!;
        if (_process.StandardOutput.ReadLine() != "ready")
            throw new InvalidOperationException("Swift does not start; it is in Debian's python3-swift");
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>A client of the store at a port: its own, or that of something between.</summary>
    public static AmazonS3Client Client(int port) =>
        new(AccessKey, Secret, S3Connection.Configure(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")));

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
