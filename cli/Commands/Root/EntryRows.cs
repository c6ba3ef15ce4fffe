using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DaprHep.Root;

namespace DaprHep.Cli.Commands;

/// <summary>Entries as text, one line each.</summary>
internal sealed class EntryRows : IDisposable
{
    private const int FlushBytes = 1 << 16;
    private static readonly JsonWriterOptions Options = new()
    {
        SkipValidation = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly BranchSelection _selection;
    private readonly List<EntryWriter> _branches = [];
    private readonly Stream _output;
    private readonly long _entries;
    private readonly ArrayBufferWriter<byte> _rows = new(2 * FlushBytes);

    public EntryRows(BranchSelection selection, long first, long end, Stream output)
    {
        _selection = selection;
        _output = output;
        _entries = end - first;
        foreach (SelectedBranch selected in selection.Branches)
            _branches.Add(new EntryWriter(selected.Branch, first, end, selection.EntriesAChunk));
    }

    /// <summary>An object an entry: branch names and values.</summary>
    public void WriteJson(CancellationToken cancellation)
    {
        JsonEncodedText[] names = [.. _selection.Branches.Select(selected => JsonEncodedText.Encode(selected.Name, Options.Encoder))];
        using var json = new Utf8JsonWriter(_rows, Options);
        for (long entry = 0; entry < _entries; entry++)
        {
            json.WriteStartObject();
            for (int i = 0; i < names.Length; i++)
            {
                json.WritePropertyName(names[i]);
                _branches[i].WriteNext(json);
            }
            json.WriteEndObject();
            json.Flush();
            json.Reset();
            EndRow(cancellation);
        }
        Flush();
    }

    /// <summary>
    /// A header and a row an entry (RFC 4180 with line feeds): numbers and strings as they are, anything else as JSON in a quoted cell.
    /// </summary>
    public void WriteCsv(CancellationToken cancellation)
    {
        for (int i = 0; i < _branches.Count; i++)
        {
            Separate(i);
            WriteCell(Encoding.UTF8.GetBytes(_selection.Branches[i].Name));
        }
        EndRow(cancellation);
        var cell = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(cell, Options);
        for (long entry = 0; entry < _entries; entry++)
        {
            for (int i = 0; i < _branches.Count; i++)
            {
                Separate(i);
                cell.ResetWrittenCount();
                _branches[i].WriteNext(json);
                json.Flush();
                json.Reset();
                ReadOnlySpan<byte> value = cell.WrittenSpan;
                WriteCell(value[0] == (byte)'"' ? Text(value) : value);
            }
            EndRow(cancellation);
        }
        Flush();
    }

    public void Dispose()
    {
        foreach (EntryWriter branch in _branches)
            branch.Dispose();
    }

    private static byte[] Text(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return Encoding.UTF8.GetBytes(reader.GetString()!);
    }

    private void Separate(int column)
    {
        if (column > 0)
            _rows.Write(","u8);
    }

    private void WriteCell(ReadOnlySpan<byte> value)
    {
        if (!value.ContainsAny("\",\r\n"u8) && (value.Length == 0 || value[0] is not ((byte)'[' or (byte)'{')))
        {
            _rows.Write(value);
            return;
        }
        _rows.Write("\""u8);
        for (int quote = value.IndexOf((byte)'"'); quote >= 0; quote = value.IndexOf((byte)'"'))
        {
            _rows.Write(value[..(quote + 1)]);
            _rows.Write("\""u8);
            value = value[(quote + 1)..];
        }
        _rows.Write(value);
        _rows.Write("\""u8);
    }

    private void EndRow(CancellationToken cancellation)
    {
        _rows.Write("\n"u8);
        if (_rows.WrittenCount < FlushBytes)
            return;
        cancellation.ThrowIfCancellationRequested();
        Flush();
    }

    private void Flush()
    {
        _output.Write(_rows.WrittenSpan);
        _rows.ResetWrittenCount();
    }
}
