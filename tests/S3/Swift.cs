using System.Diagnostics;

namespace DaprHep.Tests;

/// <summary>OpenStack Swift with its S3 layer, from Debian's package python3-swift: an object store as data centres run it.</summary>
public sealed class Swift : S3Server
{
    public override string AccessKey => "daprhep:tests";

    public override string Secret => "notverysecret";

    protected override Task<ProcessStartInfo> PrepareAsync(string folder, int port)
    {
        var start = new ProcessStartInfo(
            "/usr/bin/python3",
            [Path.Combine(Repository.Root, "infra", "local", "swift_s3.py"), "--folder", folder, "--port", $"{port}", "--bucket", Bucket]);
        start.Environment["AWS_ACCESS_KEY_ID"] = AccessKey;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = Secret;
        return Task.FromResult(start);
    }
}
