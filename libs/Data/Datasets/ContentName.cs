using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DaprHep.Data.Datasets;

/// <summary>
/// Names a step's output by what determines it: step, version of its algorithm, parameters, inputs. The same request
/// finds the output that is there; a changed one can't overwrite it.
/// </summary>
public static class ContentName
{
    /// <summary>The prefix <c>STEP/HASH</c> (32 hex digits) of the output.</summary>
    /// <param name="step">Name of the step.</param>
    /// <param name="version">Version of its algorithm: raised when the same inputs give another output.</param>
    /// <param name="parameters">Every parameter that the output depends on.</param>
    /// <param name="inputs">Digests or content names of the inputs, in an order that matters.</param>
    public static string Of(string step, int version, IReadOnlyDictionary<string, string> parameters, IEnumerable<string> inputs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, step);
        Append(hash, version.ToString(CultureInfo.InvariantCulture));
        foreach ((string key, string value) in parameters.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            Append(hash, key);
            Append(hash, value);
        }
        foreach (string input in inputs)
            Append(hash, "<" + input);
        return $"{step}/{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16))}";
    }

    // Length-prefixed, so that no two lists of fields give the same bytes.
    private static void Append(IncrementalHash hash, string field)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(field);
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}
