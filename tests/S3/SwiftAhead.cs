using System.Diagnostics;

namespace DaprHep.Tests;

/// <summary>Swift on a machine whose clock is two hours ahead.</summary>
public sealed class SwiftAhead : S3Server
{
    private const string Script = """
        import runpy, sys, time
        now = time.time
        time.time = lambda: now() + 7200
        sys.argv = sys.argv[1:]
        runpy.run_path(sys.argv[0], run_name="__main__")
        """;

    public override string AccessKey => "daprhep:tests";

    public override string Secret => "notverysecret";

    protected override Task<ProcessStartInfo> PrepareAsync(string folder, int port)
    {
        string server = Path.Combine(Repository.Root, "infra", "local", "swift_s3.py");
        var start = new ProcessStartInfo(
            "/usr/bin/python3", ["-c", Script, server, "--folder", folder, "--port", $"{port}", "--bucket", Bucket]);
        start.Environment["AWS_ACCESS_KEY_ID"] = AccessKey;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = Secret;
        return Task.FromResult(start);
    }
}
