using System.Runtime.Versioning;

namespace DaprHep.Kubernetes.Tests;

/// <summary>What is said where no <c>kubectl</c> can render the manifests.</summary>
[SupportedOSPlatform("linux")]
public sealed class KubectlTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("daprhep-kubectl-");

    [Theory]
    [InlineData("echo '{\"clientVersion\": {\"minor\": \"20+\", \"gitVersion\": \"v1.20.5+really1.20.2\"}}'", "is v1.20.5+really1.20.2; ")]
    [InlineData("echo 'error: unknown flag: --output' >&2; exit 1", "is of no known version (error: unknown flag: --output); ")]
    public void One_that_is_too_old_is_refused_with_its_version_the_needed_one_and_what_to_install(string prints, string found)
    {
        string program = Path.Combine(_folder.FullName, "kubectl");
        // Whoever renders with it all the same gets Debian's words.
        WriteProgram(program, $"[ \"$1\" = version ] || {{ echo 'Error: json: unknown field \"components\"' >&2; exit 1; }}\n{prints}");
        ShouldSay(program, $"{program} {found}");
    }

    [Fact]
    public void One_that_renders_twice_is_asked_for_its_version_once()
    {
        string program = Path.Combine(_folder.FullName, "kubectl"), asked = Path.Combine(_folder.FullName, "asked");
        WriteProgram(program, $"echo \"$1\" >>{asked}; echo '{{\"clientVersion\": {{\"gitVersion\": \"v1.31.2\"}}}}'");
        for (int i = 0; i < 2; i++)
            new Kubectl(program).Kustomize(Manifests.Folder).ShouldContain("v1.31.2");
        File.ReadAllLines(asked).ShouldBe(["version", "kustomize", "kustomize"]);
    }

    [Fact]
    public void One_that_is_not_there_is_missed()
    {
        string program = Path.Combine(_folder.FullName, "none");
        ShouldSay(program, $"{program} cannot be started (");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static void WriteProgram(string path, string script)
    {
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private static void ShouldSay(string program, string beginning)
    {
        string message = Should.Throw<InvalidOperationException>(() => new Kubectl(program).Kustomize(Manifests.Folder)).Message;
        message.ShouldStartWith(beginning);
        message.ShouldContain("needed is kubectl from 1.27 on");
        message.ShouldContain("https://pkgs.k8s.io");
    }
}
