using DaprHep.Cli.Stack;
using DaprHep.Data.Objects;
using DaprHep.Hosting;

namespace DaprHep.Cli.Doctor;

/// <summary>What a local stack needs: its file, its components, its ports, its store.</summary>
internal static class StackChecks
{
    private const string Probe = "doctor/probe";

    public static async Task<IReadOnlyList<Finding>> AllAsync(string file, string data, string? store, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        StackFile? stack = ReadFile(file, findings);
        StackRecord? record = StackFolder.IsTaken(data) ? StackFolder.Read(data) : null;
        findings.Add(record is null
            ? new Finding("stack", Severity.Ok, $"none runs on {data}")
            : new Finding("stack", Severity.Ok, $"runs on {data} (process {record.Up.Process}, gateway {record.Gateway ?? "not ready yet"})"));
        foreach (StackService service in stack?.Services ?? [])
        {
            if (service.Port is { } port && record is null)
                findings.Add(Port(service.Name, port));
        }
        if (stack is not null)
            findings.AddRange(ComponentFiles.Check(stack.Components));
        findings.Add(await StoreAsync(store ?? new Uri(Path.Combine(Path.GetFullPath(data), "store")).AbsoluteUri, cancellation));
        return findings;
    }

    private static StackFile? ReadFile(string file, List<Finding> findings)
    {
        try
        {
            StackFile stack = TyeFile.Read(file);
            string services = string.Join(", ", stack.Services.Select(service => service.Name));
            findings.Add(new Finding("stack file", Severity.Ok, $"{file}: {services}"));
            return stack;
        }
        catch (BadInputException e)
        {
            findings.Add(new Finding("stack file", Severity.Failed, e.Message, "mend the file, or give another with --file"));
            return null;
        }
    }

    private static Finding Port(string service, int port) => FreePorts.Answers(port)
        ? new Finding($"port {port}", Severity.Failed, $"something listens at the port of {service}",
            $"stop it (ss -ltnp 'sport = :{port}' names it), or start with --port")
        : new Finding($"port {port}", Severity.Ok, $"free for {service}");

    private static async Task<Finding> StoreAsync(string url, CancellationToken cancellation)
    {
        try
        {
            byte[] written = Guid.NewGuid().ToByteArray();
            ObjectStore store = ObjectStore.Open(url);
            await store.WriteAsync(Probe, written, cancellation);
            using ObjectContent read = await store.ReadAsync(Probe, cancellation);
            return read.Memory.Span.SequenceEqual(written)
                ? new Finding("object store", Severity.Ok, $"{url} can be written and read")
                : new Finding("object store", Severity.Failed, $"{url} gave back other bytes than were written", "check what else writes there");
        }
        catch (Exception e) when (e is ObjectStoreException or IOException or UnauthorizedAccessException)
        {
            return new Finding("object store", Severity.Failed, $"{url}: {e.Message}",
                "check address, credentials and rights, or give another with --store (or DAPRHEP_STORE)");
        }
    }
}
