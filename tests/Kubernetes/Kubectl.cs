using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace DaprHep.Kubernetes.Tests;

/// <summary>
/// <c>kubectl kustomize</c>, by a <c>kubectl</c> that is new enough: in that of Debian 12 (1.20) kustomize knows no components, and fails
/// with words about something else.
/// </summary>
/// <param name="program">The program, by its name on the path or by its file.</param>
internal sealed partial class Kubectl(string program = "kubectl")
{
    private static readonly Version Needed = new(1, 27);

    // It is the same program for as long as a process of tests runs.
    private static readonly ConcurrentDictionary<string, Lazy<string?>> Faults = new();

    /// <summary>Renders a kustomization.</summary>
    /// <exception cref="InvalidOperationException">There is no such program, it is too old, or it fails.</exception>
    public string Kustomize(string folder)
    {
        if (Faults.GetOrAdd(program, _ => new Lazy<string?>(VersionFault)).Value is { } fault)
            throw new InvalidOperationException(fault);
        (int exitCode, string output, string error) = Run("kustomize", folder);
        return exitCode == 0 ? output : throw new InvalidOperationException($"{program} kustomize {folder}: {error}");
    }

    /// <summary>What is wrong with the program; null for nothing.</summary>
    private string? VersionFault()
    {
        string expected = $"needed is kubectl from {Needed} on, and the kubernetes-client of Debian 12 is older: "
            + "install kubectl from https://pkgs.k8s.io (or the one program from https://dl.k8s.io) and have it first on PATH";
        string found;
        try
        {
            // Versions that differ in what else they print agree in this field.
            (int _, string output, string error) = Run("version", "--client", "--output=json");
            found = VersionField().Match(output) is { Success: true } field ? field.Groups[1].Value : $"of no known version ({error.Trim()})";
        }
        catch (Win32Exception e)
        {
            return $"{program} cannot be started ({e.Message}); {expected}";
        }
        Match number = VersionNumber().Match(found);
        return number.Success && Version.Parse(number.Groups[1].Value) >= Needed ? null : $"{program} is {found}; {expected}";
    }

    private (int ExitCode, string Output, string Error) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process kubectl = Process.Start(start)!;
        Task<string> error = kubectl.StandardError.ReadToEndAsync();
        string output = kubectl.StandardOutput.ReadToEnd();
        kubectl.WaitForExit();
        return (kubectl.ExitCode, output, error.Result);
    }

    [GeneratedRegex("\"gitVersion\": *\"([^\"]+)\"")]
    private static partial Regex VersionField();

    [GeneratedRegex("^v([0-9]+\\.[0-9]+)")]
    private static partial Regex VersionNumber();
}
