using System.Text;

namespace DaprHep.WorkflowProtocol;

/// <summary>
/// The <c>grpc-message</c> trailer: UTF-8, percent-encoded outside printable ASCII.
/// Source: the gRPC over HTTP/2 protocol description, "Status-Message".
/// </summary>
public static class GrpcStatusText
{
    /// <summary>Header-safe form of a message.</summary>
    public static string Encode(string message)
    {
        var text = new StringBuilder(message.Length);
        foreach (var b in Encoding.UTF8.GetBytes(message))
        {
            if (b is >= 0x20 and <= 0x7e and not (byte)'%')
                text.Append((char)b);
            else
                text.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    /// <summary>The message again; malformed escapes stay as they are.</summary>
    public static string Decode(string header) => Uri.UnescapeDataString(header);
}
