using System.Globalization;
using System.Text;

namespace DaprHep.Cli.Predictions;

/// <summary>
/// Predictions as text: the file, the entry in its tree, the event's identity, and a probability for each class with as many digits as it
/// takes to read the same float32 back.
/// </summary>
internal sealed class CsvPredictions : PredictionWriter
{
    private const int LongestNumber = 32;
    private static readonly char[] NeedQuotes = [',', '"', '\n', '\r'];

    private readonly Stream _stream;
    private readonly int _classes;
    private byte[] _line = new byte[1024];

    /// <summary>Starts a file.</summary>
    /// <param name="stream">Where it goes; left open.</param>
    /// <param name="classes">Names of the classes, by label.</param>
    public CsvPredictions(Stream stream, IReadOnlyList<string> classes)
    {
        _stream = stream;
        _classes = classes.Count;
        stream.Write(Encoding.UTF8.GetBytes($"file,entry,event,{string.Join(',', classes.Select(Quoted))}\n"));
    }

    public override void Write(string file, ReadOnlyMemory<ulong> events, ReadOnlyMemory<float> probabilities)
    {
        byte[] name = Encoding.UTF8.GetBytes(Quoted(file));
        int longest = name.Length + (_classes + 2) * (LongestNumber + 1) + 1;
        if (_line.Length < longest)
            _line = new byte[longest];
        for (int i = 0; i < events.Length; i++)
        {
            ulong id = events.Span[i];
            name.CopyTo(_line, 0);
            int end = name.Length;
            Append(ref end, (uint)id);
            Append(ref end, id);
            foreach (float probability in probabilities.Span.Slice(i * _classes, _classes))
                Append(ref end, probability);
            _line[end++] = (byte)'\n';
            _stream.Write(_line, 0, end);
        }
    }

    public override void Finish()
    {
    }

    public override void Dispose()
    {
    }

    private void Append<T>(ref int end, T number)
        where T : IUtf8SpanFormattable
    {
        _line[end++] = (byte)',';
        number.TryFormat(_line.AsSpan(end), out int written, default, CultureInfo.InvariantCulture);
        end += written;
    }

    private static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(NeedQuotes) < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
