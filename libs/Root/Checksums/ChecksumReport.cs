using System.Text.Json;

namespace DaprHep.Root;

/// <summary>
/// Hashes of everything in a file's trees, column by column: a JSON object with <c>keys</c> and <c>trees</c>, in which two readers
/// of the same file must agree. Numbers are hashed as little-endian bytes, lengths as 64-bit integers, strings as their bytes.
/// </summary>
public static class ChecksumReport
{
    /// <summary>Writes the report.</summary>
    /// <param name="file">The file.</param>
    /// <param name="json">Takes one object; flushed tree by tree.</param>
    /// <exception cref="RootFormatException">
    /// The file's directories are damaged. Damage in trees and branches is part of the report.
    /// </exception>
    public static void Write(RootFile file, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("file", Path.GetFileName(file.Name));
        json.WriteNumber("size", file.Length);
        json.WriteStartArray("keys");
        foreach (var key in file.Keys)
        {
            json.WriteStartObject();
            WriteKey(key, json);
            json.WriteString("title", key.Title);
            json.WriteNumber("fNbytes", key.Bytes);
            json.WriteNumber("fObjlen", key.ObjectLength);
            json.WriteNumber("fSeekKey", key.Seek);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("trees");
        foreach (var key in file.Keys.Where(k => k.IsTree))
        {
            WriteTree(file, key, json);
            json.Flush();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    private static void WriteKey(RootKey key, Utf8JsonWriter json)
    {
        json.WriteString("path", key.Path);
        json.WriteNumber("cycle", key.Cycle);
        json.WriteString("class", key.ClassName);
    }

    private static void WriteTree(RootFile file, RootKey key, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteKey(key, json);
        try
        {
            var tree = file.Tree(key);
            var branches = tree.AllBranches.ToList();
            json.WriteString("title", tree.Title);
            json.WriteNumber("entries", tree.Entries);
            json.WriteNumber("branch_count", branches.Count);
            json.WriteStartArray("branches");
            foreach (var branch in branches)
                WriteBranch(branch, json);
            json.WriteEndArray();
        }
        catch (RootException e)
        {
            json.WriteString("error", e.Message);
        }
        json.WriteEndObject();
    }

    private static void WriteBranch(RootBranch branch, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("path", branch.Path);
        json.WriteString("class", branch.BranchClass);
        json.WriteNumber("entries", branch.Entries);
        var digests = new List<ColumnDigest>();
        try
        {
            if (branch.IsGroup)
            {
                json.WriteString("kind", "group");
            }
            else
            {
                Digest(branch, digests);
                // The process ids of fBits are a column of their own only where there are some.
                digests.RemoveAll(d => d.Count == 0 && d.Path.EndsWith("#pidf", StringComparison.Ordinal));
            }
            json.WriteStartArray("columns");
            foreach (var digest in digests)
                WriteColumn(digest, json);
            json.WriteEndArray();
        }
        catch (RootException e)
        {
            json.WriteString("unreadable", e is UnsupportedBranchException unsupported ? unsupported.Reason : e.Message);
        }
        foreach (var digest in digests)
            digest.Dispose();
        json.WriteEndObject();
    }

    private static void Digest(RootBranch branch, List<ColumnDigest> digests)
    {
        using var reader = branch.ReadValues();
        if (!reader.Next())
        {
            digests.AddRange(reader.Columns.Select(c => new ColumnDigest(c)));
            return;
        }
        digests.AddRange(reader.Columns.Select(c => new ColumnDigest(c)));
        do
        {
            for (var i = 0; i < digests.Count; i++)
                digests[i].Add(reader.Columns[i]);
        }
        while (reader.Next());
    }

    private static void WriteColumn(ColumnDigest digest, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("path", digest.Path);
        json.WriteString("dtype", NameOf(digest));
        json.WriteNumber("count", digest.Count);
        if (digest.Kind == ColumnKind.Counts)
            json.WriteNumber("total", digest.Total);
        if (digest.Kind == ColumnKind.Strings)
        {
            json.WriteNumber("bytes", digest.Total);
            json.WriteString("lengths_sha256", digest.LengthsHash());
        }
        json.WriteString("sha256", digest.ContentHash());
        if (digest.NotANumber > 0)
            json.WriteNumber("nan", digest.NotANumber);
        if (digest.Type is DataType.Float32 or DataType.Float64)
        {
            if (digest.IsApproximate)
                json.WriteBoolean("approx", true);
            WriteFinite("sum", digest.Sum, json);
            WriteFinite("min", digest.Minimum, json);
            WriteFinite("max", digest.Maximum, json);
        }
        json.WriteEndObject();
    }

    private static void WriteFinite(string name, double value, Utf8JsonWriter json)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }

    private static string NameOf(ColumnDigest digest) => digest.Kind switch
    {
        ColumnKind.Counts => "counts",
        ColumnKind.Strings => "string",
        _ => digest.Type == DataType.Bool ? "bool" : digest.Type.ToString().ToLowerInvariant(),
    };
}
