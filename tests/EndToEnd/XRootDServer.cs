using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace DaprHep.EndToEnd.Tests;

/// <summary>A real XRootD server (Debian's xrootd-server) on loopback that serves the samples.</summary>
public sealed class XRootDServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-xrootd-").FullName;
    private Process? _server;

    /// <summary>URL of a file below the samples.</summary>
    public string UrlOf(string path) => $"root://127.0.0.1:{Port}//{path}";

    /// <summary>The folder it serves.</summary>
    public string Data => Path.Combine(_folder, "data");

    private int Port { get; set; }

    public async ValueTask InitializeAsync()
    {
        string configuration = Path.Combine(_folder, "xrootd.cfg");
        foreach (string file in Directory.GetFiles(Repository.Samples, "*.root", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(Data, Path.GetRelativePath(Repository.Samples, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        Port = LoopbackPort.Free();
        await File.WriteAllTextAsync(configuration, $"""
            all.export /
            oss.localroot {Data}
            xrd.port {Port}
            xrd.network nodnr
            all.adminpath {_folder}/admin
            all.pidpath {_folder}/admin

            """);
        // The server refuses to be root; it becomes nobody, who must find its files.
        string[] user = Environment.UserName == "root" ? ["-R", "nobody"] : [];
        using (Process permit = Process.Start("chmod", ["-R", "a+rwX", _folder]))
            await permit.WaitForExitAsync();
        _server = Process.Start(new ProcessStartInfo("xrootd", [.. user, "-c", configuration])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var said = new System.Text.StringBuilder();
        _server.OutputDataReceived += (_, line) => said.AppendLine(line.Data);
        _server.ErrorDataReceived += (_, line) => said.AppendLine(line.Data);
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException) when (attempt < 200 && !_server.HasExited)
            {
                await Task.Delay(100);
            }
            catch (SocketException)
            {
                throw new InvalidOperationException($"xrootd does not start: {said}");
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            _server.Kill(entireProcessTree: true);
            _server.WaitForExit();
            _server.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
