using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace DaprHep.Hosting;

/// <summary>Compares tokens in constant time, and answers those who bring none or a wrong one.</summary>
public static class AppToken
{
    /// <summary>The configuration key and environment variable of the token that the sidecar sends to its app.</summary>
    public const string Variable = "APP_API_TOKEN";

    /// <summary>The header it comes in.</summary>
    public const string Header = "dapr-api-token";

    /// <summary>Whether <paramref name="given"/> is the token expected; always when none is.</summary>
    public static bool Matches(string? expected, string? given) =>
        string.IsNullOrEmpty(expected)
        || CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given ?? ""));

    /// <summary>Refuses a request; the answer names the header, never the token.</summary>
    public static IResult Refuse(string header) => Results.Problem(
        statusCode: StatusCodes.Status401Unauthorized, title: "Unauthorized", detail: $"the token in header {header} is missing or wrong");
}
