using System.Text;
using CommunityToolkit.HighPerformance;
using DaprHep.Data.Events;

namespace DaprHep.Cli.Export;

/// <summary>
/// A folder of NumPy arrays (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): <c>event.npy</c> [n] uint64, <c>label.npy</c> [n]
/// int8, <c>hlf.npy</c> [n, 14] and <c>particles.npy</c> [m, 19] float32, and <c>offsets.npy</c> [n + 1] int64: event i has the particle
/// rows offsets[i] to offsets[i + 1].
/// </summary>
internal sealed class NpyExport : EventExport
{
    private readonly NpyArray _events;
    private readonly NpyArray _labels;
    private readonly NpyArray _hlf;
    private readonly NpyArray _particles;
    private readonly NpyArray _offsets;
    private long _particleRows;

    public NpyExport(string folder)
    {
        Directory.CreateDirectory(folder);
        _events = new NpyArray(Path.Combine(folder, "event.npy"), "<u8", 1);
        _labels = new NpyArray(Path.Combine(folder, "label.npy"), "|i1", 1);
        _hlf = new NpyArray(Path.Combine(folder, "hlf.npy"), "<f4", EventSchema.Features);
        _particles = new NpyArray(Path.Combine(folder, "particles.npy"), "<f4", EventSchema.ParticleColumns);
        _offsets = new NpyArray(Path.Combine(folder, "offsets.npy"), "<i8", 1);
        _offsets.Write<long>([0]);
    }

    private NpyArray[] Arrays => [_events, _labels, _hlf, _particles, _offsets];

    public override void Add(in EventTable table)
    {
        ReadOnlySpan<int> offsets = table.Offsets.Span;
        int first = offsets[0], end = offsets[table.Count];
        _events.Write(table.Ids.Span);
        _labels.Write(table.Labels.Span);
        _hlf.Write(table.Hlf.Span);
        _particles.Write(table.Particles.Span[(first * EventSchema.ParticleColumns)..(end * EventSchema.ParticleColumns)]);
        for (int i = 1; i <= table.Count; i++)
            _offsets.Write<long>([_particleRows + offsets[i] - first]);
        _particleRows += end - first;
    }

    public override void Finish() => Array.ForEach(Arrays, array => array.Finish());

    public override void Dispose() => Array.ForEach(Arrays, array => array.Dispose());

    /// <summary>One array, whose length stands in front and is known at the end: room for it is kept.</summary>
    private sealed class NpyArray(string path, string type, int columns) : IDisposable
    {
        private const int HeaderBytes = 128;
        private readonly FileStream _file = Open(path);
        private long _values;

        public void Write<T>(ReadOnlySpan<T> values)
            where T : unmanaged
        {
            _file.Write(values.AsBytes());
            _values += values.Length;
        }

        public void Finish()
        {
            string shape = columns == 1 ? $"({_values},)" : $"({_values / columns}, {columns})";
            string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}";
            _file.Position = 0;
            _file.Write([0x93, .. "NUMPY"u8, 1, 0, HeaderBytes - 10, 0]);
            _file.Write(Encoding.ASCII.GetBytes(header.PadRight(HeaderBytes - 11) + "\n"));
            _file.Flush(flushToDisk: true);
        }

        public void Dispose() => _file.Dispose();

        private static FileStream Open(string path)
        {
            var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20);
            file.Write(new byte[HeaderBytes]);
            return file;
        }
    }
}
