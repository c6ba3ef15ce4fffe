using System.Diagnostics;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using DaprHep.Data.Objects;

namespace DaprHep.Tests;

/// <summary>A real S3 server on loopback with one bucket, its data in a temporary folder.</summary>
public abstract class S3Server : IAsyncLifetime
{
    public const string Bucket = "events";
    private const int LongestComplaint = 4000;
    private readonly string _data = Directory.CreateTempSubdirectory("daprhep-s3-").FullName;
    private readonly StringBuilder _complaints = new();
    private Process? _server;

    public string Endpoint { get; private set; } = "";

    /// <summary>What a process needs to know of the server.</summary>
    public Dictionary<string, string> Environment => EnvironmentFor(Endpoint);

    public abstract string AccessKey { get; }

    public abstract string Secret { get; }

    /// <summary>What a process needs to know that talks to the server through something between.</summary>
    public Dictionary<string, string> EnvironmentFor(string endpoint) => new()
    {
        ["AWS_ENDPOINT_URL"] = endpoint,
        ["AWS_ACCESS_KEY_ID"] = AccessKey,
        ["AWS_SECRET_ACCESS_KEY"] = Secret,
        ["NO_PROXY"] = "127.0.0.1",
    };

    /// <summary>A client as the product makes them.</summary>
    public AmazonS3Client Client(string? endpoint = null) => new(AccessKey, Secret, S3Connection.Configure(endpoint ?? Endpoint));

    /// <summary>Puts a file into the bucket.</summary>
    public async Task PutAsync(string key, string path)
    {
        using AmazonS3Client client = Client();
        await client.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = key, FilePath = path, UseChunkEncoding = false });
    }

    public async ValueTask InitializeAsync()
    {
        int port = LoopbackPort.Free();
        Endpoint = $"http://127.0.0.1:{port}";
        ProcessStartInfo start = await PrepareAsync(_data, port);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        _server = Process.Start(start)!;
        _server.OutputDataReceived += Note;
        _server.ErrorDataReceived += Note;
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
        using AmazonS3Client client = Client();
        for (long started = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket });
                return;
            }
            catch (Exception e) when (e is AmazonS3Exception or Amazon.Runtime.AmazonClientException or HttpRequestException)
            {
                if (_server.HasExited || Stopwatch.GetElapsedTime(started) > Patience.Limit)
                    throw new InvalidOperationException($"the S3 server does not answer: {_complaints}", e);
                await Task.Delay(100);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _server?.Kill(entireProcessTree: true);
        _server?.WaitForExit();
        _server?.Dispose();
        Directory.Delete(_data, recursive: true);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>How the server is started, its bucket included.</summary>
    protected abstract Task<ProcessStartInfo> PrepareAsync(string folder, int port);

    private void Note(object sender, DataReceivedEventArgs line)
    {
        lock (_complaints)
        {
            if (_complaints.Length < LongestComplaint)
                _complaints.AppendLine(line.Data);
        }
    }
}
