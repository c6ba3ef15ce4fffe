using System.Security.Cryptography;
using System.Text;

namespace Dapr.Workflow.Worker;

/// <summary>
/// Ids that come out the same in every replay and in the official SDK: UUIDs of version 5 (RFC 9562 §5.5) in a namespace derived
/// from the execution's id where the turn names one, and from the instance's else.
/// </summary>
internal sealed class DeterministicIds(string instanceId, string? executionId)
{
    // The official SDK's namespace for ids that are no UUIDs themselves.
    private static readonly Guid InstanceNamespace = new("6f927a2e-9c7e-4a1d-9b8d-7a86f2e7f62f");
    private readonly Guid _instance = SpaceOf(string.IsNullOrWhiteSpace(executionId) ? instanceId : executionId);
    private int _made;

    public Guid Next() => Version5(_instance, $"{instanceId}_{_made++}");

    public string TaskExecution(int taskId, string name) => Version5(_instance, $"{instanceId}|activity|{taskId}|{name}").ToString("N");

    private static Guid SpaceOf(string seed) => Guid.TryParse(seed, out var id) ? id : Version5(InstanceNamespace, seed);

    private static Guid Version5(Guid space, string name)
    {
        var text = Encoding.UTF8.GetBytes(name);
        var input = new byte[16 + text.Length];
        space.TryWriteBytes(input, bigEndian: true, out _);
        text.CopyTo(input, 16);
#pragma warning disable CA5350 // SHA-1 is what the UUID standard prescribes; nothing is secured by it.
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
