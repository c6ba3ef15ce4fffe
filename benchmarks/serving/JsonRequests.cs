using System.Globalization;
using System.Text;
using DaprHep.Physics;

namespace DaprHep.Benchmarks.Serving;

/// <summary>Requests with one event each as bytes, ready to be sent.</summary>
internal static class JsonRequests
{
    /// <summary>Makes them.</summary>
    /// <param name="path">Where they go.</param>
    /// <param name="events">The events.</param>
    /// <param name="withParticles">Whether the model reads particles.</param>
    public static byte[][] Of(string path, RawEvents events, bool withParticles)
    {
        var requests = new byte[events.Count][];
        for (int i = 0; i < events.Count; i++)
        {
            var body = new StringBuilder("{\"events\":[{\"hlf\":");
            Append(body, events.Hlf.AsSpan(i * HlfColumns.Count, HlfColumns.Count));
            if (withParticles)
            {
                for (int row = events.Offsets[i]; row < events.Offsets[i + 1]; row++)
                {
                    body.Append(row == events.Offsets[i] ? ",\"particles\":[" : ",");
                    Append(body, events.Particles.AsSpan(row * ParticleColumns.Count, ParticleColumns.Count));
                }
                body.Append(']');
            }
            byte[] json = Encoding.ASCII.GetBytes(body.Append("}]}").ToString());
            string head = $"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {json.Length}\r\n\r\n";
            requests[i] = [.. Encoding.ASCII.GetBytes(head), .. json];
        }
        return requests;
    }

    private static void Append(StringBuilder text, ReadOnlySpan<float> values)
    {
        text.Append('[');
        for (int k = 0; k < values.Length; k++)
            text.Append(k > 0 ? "," : "").Append(values[k].ToString(CultureInfo.InvariantCulture));
        text.Append(']');
    }
}
