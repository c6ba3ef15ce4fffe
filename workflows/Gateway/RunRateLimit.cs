using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;

namespace DaprHep.Gateway;

/// <summary>
/// How many requests a client address may make: <c>DAPRHEP_RATE_LIMIT</c> a second, ten times as many at once. More are answered with 429
/// and the seconds to wait (<c>Retry-After</c>), before the sidecar or the store hears of them.
/// </summary>
internal static class RunRateLimit
{
    public const string Policy = "runs";
    private const string Variable = "DAPRHEP_RATE_LIMIT";
    private const int Usual = 100;
    private const int Burst = 10;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    public static void AddRunRateLimit(this WebApplicationBuilder builder)
    {
        int rate = RateOf(builder.Configuration[Variable]);
        builder.Services.AddRateLimiter(limiter =>
        {
            var bucket = new TokenBucketRateLimiterOptions
            {
                TokenLimit = Math.Max(1, Burst * rate), TokensPerPeriod = Math.Max(1, rate), ReplenishmentPeriod = Period,
            };
            limiter.AddPolicy(Policy, context => rate == 0
                ? RateLimitPartition.GetNoLimiter("")
                : RateLimitPartition.GetTokenBucketLimiter(context.Connection.RemoteIpAddress?.ToString() ?? "", _ => bucket));
            limiter.OnRejected = (context, _) => new ValueTask(RefuseAsync(context));
        });
    }

    private static Task RefuseAsync(OnRejectedContext context)
    {
        TimeSpan wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan given) && given > Period ? given : Period;
        string seconds = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        context.HttpContext.Response.Headers.RetryAfter = seconds;
        return Results.Problem(
            statusCode: StatusCodes.Status429TooManyRequests,
            title: "Too many requests.",
            detail: $"ask again in {seconds} s; {Variable} of the gateway says how many requests a second one address may make")
            .ExecuteAsync(context.HttpContext);
    }

    private static int RateOf(string? text) => string.IsNullOrEmpty(text)
        ? Usual
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int rate) && rate <= 1_000_000
            ? rate
            : throw new InvalidOperationException($"{Variable} is '{text}'; expected requests a second from 0, for no limit, to 1000000");
}
