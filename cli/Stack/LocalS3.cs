using System.Globalization;
using System.Security.Cryptography;

namespace DaprHep.Cli.Stack;

/// <summary>
/// The S3 store of a stack that was asked for one: OpenStack Swift with its S3 layer, one process, its objects in the stack's folder. Its
/// only user's keys are made once and stay in <c>s3/credentials</c>, a file as AWS tools read it, for this user's eyes only.
/// </summary>
internal static class LocalS3
{
    /// <summary>What <c>--store</c> says for it.</summary>
    public const string Name = "s3";

    private const string Interpreter = "/usr/bin/python3";
    private const string AccessKey = "daprhep:local";
    private const string Bucket = "daprhep";
    private const int SecretBytes = 20;

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);

    /// <summary>URL of the store.</summary>
    public static string Url => $"s3://{Bucket}/store";

    /// <summary>Starts the store and waits until it answers.</summary>
    /// <param name="root">The folder of the stack's file, below which <c>infra/local</c> is.</param>
    /// <param name="data">The stack's folder.</param>
    /// <param name="log">Takes its lines.</param>
    /// <param name="started">Told of the process at once.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>What a process needs to know to use the store.</returns>
    /// <exception cref="StackException">It does not start.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> StartAsync(
        string root, string data, StackLog log, Action<StackProcess> started, CancellationToken cancellation)
    {
        string script = Path.Combine(root, "infra", "local", "swift_s3.py");
        if (!File.Exists(script) || !File.Exists(Interpreter))
            throw new StackException($"--store {Name}: needs {script} and {Interpreter}; install Debian's python3-swift, or give the URL of a store");
        string folder = Path.Combine(data, Name);
        string credentials = Path.Combine(folder, "credentials");
        string secret = SecretOf(folder, credentials);
        int port;
        using (var ports = new FreePorts())
            port = ports.Any();

        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        string[] arguments = [script, "--folder", folder, "--port", port.ToString(CultureInfo.InvariantCulture), "--bucket", Bucket];
        var keys = new Dictionary<string, string> { ["AWS_ACCESS_KEY_ID"] = AccessKey, ["AWS_SECRET_ACCESS_KEY"] = secret };
        StackProcess process = StackProcess.StartProgram(Name, Interpreter, arguments, keys, log, line =>
        {
            if (line == "ready")
                ready.TrySetResult();
        });
        started(process);
        await Task.WhenAny(ready.Task, process.Exited, Task.Delay(StartLimit, cancellation));
        cancellation.ThrowIfCancellationRequested();
        if (!ready.Task.IsCompleted)
            throw new StackException($"--store {Name}: the store does not start; its lines above say why; it needs Debian's python3-swift");

        string endpoint = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        log.Write("daprhep", $"store {Url}; for other programs: AWS_ENDPOINT_URL={endpoint} AWS_SHARED_CREDENTIALS_FILE={credentials}");
        return new Dictionary<string, string>
        {
            ["DAPRHEP_STORE"] = Url,
            ["AWS_ENDPOINT_URL"] = endpoint,
            ["AWS_ENDPOINT_URL_S3"] = endpoint,
            ["AWS_SHARED_CREDENTIALS_FILE"] = credentials,
            // Keys of another store in the environment would go before the file.
            ["AWS_ACCESS_KEY_ID"] = "",
            ["AWS_SECRET_ACCESS_KEY"] = "",
            ["AWS_SESSION_TOKEN"] = "",
            ["AWS_PROFILE"] = "default",
        };
    }

    private static string SecretOf(string folder, string credentials)
    {
        const string Field = "aws_secret_access_key = ";
        if (File.Exists(credentials)
            && File.ReadLines(credentials).FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal)) is { } line)
        {
            return line[Field.Length..];
        }
        Directory.CreateDirectory(folder);
        string secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
        var mine = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            mine.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(credentials, mine);
        writer.Write($"[default]\naws_access_key_id = {AccessKey}\n{Field}{secret}\n");
        return secret;
    }
}
