using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Amazon.S3;
using DaprHep.Data.Objects;
using DaprHep.Tests;

namespace DaprHep.Benchmarks.Store;

/// <summary>An S3 server on loopback, one process, its objects in a temporary folder.</summary>
internal sealed class StoreServer : IDisposable
{
    public const string Bucket = "benchmark";
    private const string Core = "1";
    private const string AccessKey = "benchmark:user";
    private const string Secret = "benchmark";
    private static readonly string Scripts = Path.Combine(Repository.Root, "tests", "S3", "js");
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(2);
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-store-").FullName;
    private readonly Process _process;

    /// <summary>Starts one.</summary>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    public StoreServer(string kind)
    {
        Kind = kind;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        string port = Port.ToString(CultureInfo.InvariantCulture);
        ProcessStartInfo start = kind switch
        {
            "s3rver" => S3rver(port),
            "swift" => new("/usr/bin/python3",
                [Path.Combine(Repository.Root, "infra", "local", "swift_s3.py"), "--folder", _folder, "--port", port, "--bucket", Bucket]),
            _ => new(System.Environment.ProcessPath!, ["serve", _folder, port]),
        };
        start = new("taskset", ["-c", Core, start.FileName, .. start.ArgumentList]) { RedirectStandardOutput = true };
        start.Environment["AWS_ACCESS_KEY_ID"] = AccessKey;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = Secret;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        WaitUntilItAnswers();
    }

    /// <summary>The servers there are.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["bytes", "s3rver", "swift"];

    /// <summary>Which server.</summary>
    public string Kind { get; }

    /// <summary>Whether it is a store that somebody uses, and not this program's own.</summary>
    public bool IsReal => Kind != "bytes";

    /// <summary>What it is, for a reader of the table.</summary>
    public string Name => Kind switch
    {
        "s3rver" => "s3rver (Node.js)",
        "swift" => "OpenStack Swift (Python)",
        _ => "one that only moves bytes (this program's own)",
    };

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Processor time it has used.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>What a program that uses the store has in its environment.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["AWS_ENDPOINT_URL_S3"] = UrlAt(Port),
        ["AWS_ACCESS_KEY_ID"] = Keys.Access,
        ["AWS_SECRET_ACCESS_KEY"] = Keys.Secret,
    };

    /// <summary>A client of the store at a port: its own, or that of something between.</summary>
    public AmazonS3Client Client(int port) => new(Keys.Access, Keys.Secret, S3Connection.Configure(UrlAt(port)));

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private (string Access, string Secret) Keys => Kind == "s3rver" ? ("S3RVER", "S3RVER") : (AccessKey, Secret);

    private static string UrlAt(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    private ProcessStartInfo S3rver(string port)
    {
        string program = Path.Combine(Scripts, "node_modules", "s3rver", "bin", "s3rver.js");
        if (!File.Exists(program))
        {
            using Process install = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund"]) { WorkingDirectory = Scripts })!;
            install.WaitForExit();
        }
        return new("node", [program, "--directory", _folder, "--address", "127.0.0.1", "--port", port, "--configure-bucket", Bucket, "--silent"]);
    }

    private void WaitUntilItAnswers()
    {
        using var client = new HttpClient();
        for (long started = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                using HttpResponseMessage answer = client.Send(new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{Port}/"));
                return;
            }
            catch (HttpRequestException) when (!_process.HasExited && Stopwatch.GetElapsedTime(started) < LongestStart)
            {
                Thread.Sleep(50);
            }
        }
    }
}
