using System.Diagnostics;
using System.Text.Json;
using DaprHep.Physics;
using DaprHep.Root;

namespace DaprHep.Benchmarks.Ingest;

/// <summary>What the reference in Python reports about its own conversion, reading and parsing not counted.</summary>
internal sealed record Reference(long Events, long Selected, double EventsPerSecond)
{
    /// <summary>
    /// Times the reference on the first <paramref name="entries"/> events of each file (0: all), given as JSON lines from our reader.
    /// </summary>
    public static Reference Run(string script, IReadOnlyList<string> files, int entries)
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", [script, "--time"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("/usr/bin/python3 does not start");
        using (var lines = python.StandardInput.BaseStream)
        {
            foreach (var path in files)
                WriteLines(path, entries, lines);
        }
        using var report = JsonDocument.Parse(python.StandardOutput.ReadToEnd());
        python.WaitForExit();
        var root = report.RootElement;
        return new Reference(
            root.GetProperty("events").GetInt64(),
            root.GetProperty("selected").GetInt64(),
            root.GetProperty("events_per_cpu_s").GetDouble());
    }

    private static void WriteLines(string path, int entries, Stream lines)
    {
        using var file = RootFile.Open(path);
        using var reader = file.Tree(DelphesBranches.Tree).Reader(
            DelphesBranches.All, new TreeReaderOptions { EndEntry = entries > 0 ? entries : null });
        while (reader.Next())
        {
            for (var entry = 0; entry < reader.Entries; entry++)
            {
                using (var json = new Utf8JsonWriter(lines))
                {
                    json.WriteStartObject();
                    foreach (var branch in DelphesBranches.All)
                        WriteValues(reader, branch, entry, json);
                    json.WriteEndObject();
                }
                lines.WriteByte((byte)'\n');
            }
        }
    }

    private static void WriteValues(TreeReader reader, string branch, int entry, Utf8JsonWriter json)
    {
        json.WriteStartArray(branch);
        switch (branch)
        {
            case DelphesBranches.TrackPid or DelphesBranches.ElectronCharge or DelphesBranches.MuonCharge:
                foreach (var value in reader.Column<int>(branch)[entry])
                    json.WriteNumberValue(value);
                break;
            case DelphesBranches.JetBTag:
                foreach (var value in reader.Column<uint>(branch)[entry])
                    json.WriteNumberValue(value);
                break;
            default:
                foreach (var value in reader.Column<float>(branch)[entry])
                    json.WriteNumberValue((double)value);
                break;
        }
        json.WriteEndArray();
    }
}
