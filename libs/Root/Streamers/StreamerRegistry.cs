namespace DaprHep.Root;

/// <summary>All class layouts of a file, by class and version or checksum.</summary>
internal sealed class StreamerRegistry
{
    private readonly Dictionary<(string Class, int Version), StreamerInfo> _byVersion = [];
    private readonly Dictionary<(string Class, uint Checksum), StreamerInfo> _byChecksum = [];
    private readonly Dictionary<string, StreamerInfo> _newest = [];

    public IEnumerable<StreamerInfo> All => _byVersion.Values;

    public void Add(StreamerInfo info)
    {
        _byVersion[(info.ClassName, info.Version)] = info;
        _byChecksum[(info.ClassName, info.Checksum)] = info;
        if (!_newest.TryGetValue(info.ClassName, out var other) || other.Version < info.Version)
            _newest[info.ClassName] = info;
    }

    /// <summary>The layout an object's header names; null if the file does not describe it.</summary>
    public StreamerInfo? Find(string className, ObjectHeader header) =>
        header.Version == 0 && _byChecksum.TryGetValue((className, header.Checksum), out var exact) ? exact
            : Find(className, header.Version);

    public StreamerInfo? Find(string className, int version) =>
        _byVersion.TryGetValue((className, version), out var info) ? info : null;

    /// <summary>The newest layout of a class; null if the file does not describe it.</summary>
    public StreamerInfo? Newest(string className) => _newest.GetValueOrDefault(className);
}
