using System.Security.Cryptography;
using System.Text;
using DaprHep.Hosting;

namespace DaprHep.Gateway.Dashboard;

/// <summary>
/// Who may call the gateway where <c>DAPRHEP_API_TOKEN</c> is set: who brings the token, or a browser that has brought it once and got a
/// cookie for it. The cookie is made from the token and does not tell it; it holds until the token is another one, over restarts and replicas.
/// </summary>
internal sealed class DashboardSession(IConfiguration configuration)
{
    /// <summary>
    /// The header that a browser's requests must bring when they change something: another site can't send it, whatever cookies come along.
    /// </summary>
    public const string Header = "X-DaprHep-Dashboard";

    private const string Variable = "DAPRHEP_API_TOKEN";
    private const string Bearer = "Bearer ";
    private readonly string? _token = configuration[Variable] is { Length: > 0 } token ? token : null;

    /// <summary>Whether callers need a token.</summary>
    public bool IsTokenNeeded => _token is not null;

    /// <summary>Whether a request may be answered.</summary>
    public bool Allows(HttpRequest request)
    {
        if (_token is null || BringsToken(request))
            return true;
        bool changes = !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method);
        return request.Cookies[NameOf(request)] is { } cookie && AppToken.Matches(Value(), cookie)
            && (!changes || request.Headers.ContainsKey(Header));
    }

    /// <summary>Whether a request brings the token itself.</summary>
    public bool BringsToken(HttpRequest request)
    {
        string header = request.Headers.Authorization.ToString();
        return AppToken.Matches(_token, header.StartsWith(Bearer, StringComparison.Ordinal) ? header[Bearer.Length..] : null);
    }

    /// <summary>Gives the browser its cookie.</summary>
    public void SignIn(HttpContext context)
    {
        if (_token is not null)
            context.Response.Cookies.Append(NameOf(context.Request), Value(), OptionsOf(context.Request));
    }

    /// <summary>Takes it back.</summary>
    public static void SignOut(HttpContext context) => context.Response.Cookies.Delete(NameOf(context.Request), OptionsOf(context.Request));

    // Cookies know no ports, and several gateways may run on one machine.
    private static string NameOf(HttpRequest request) => $"daprhep-{request.Host.Port ?? 0}";

    private static CookieOptions OptionsOf(HttpRequest request) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = request.IsHttps,
        Path = "/",
        IsEssential = true,
    };

    private string Value() => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(_token!), "daprhep dashboard"u8));
}
