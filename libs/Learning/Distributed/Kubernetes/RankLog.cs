using System.Globalization;
using System.Net;

namespace DaprHep.Learning.Distributed.Kubernetes;

/// <summary>
/// Follows what the first rank writes. A log that breaks off is opened again from the last second seen, and time stamps tell which lines
/// were there before. Training does not depend on it: without it, there is no progress to be seen.
/// </summary>
/// <param name="api">The server.</param>
/// <param name="output">Given each line.</param>
internal sealed class RankLog(KubernetesApi api, Action<string> output)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2), Silence = TimeSpan.FromMinutes(10);

    private string _last = "";

    /// <summary>Reads until the rank has ended and all is read, or the server says that this account may not.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="hasEnded">Tells whether the rank writes no more.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task FollowAsync(string pod, Func<bool> hasEnded, CancellationToken cancellation)
    {
        while (true)
        {
            // Asked before reading: what a rank wrote until now is in the log that is opened now.
            var isLast = hasEnded();
            try
            {
                await ReadAsync(pod, cancellation).ConfigureAwait(false);
            }
            catch (KubernetesException e) when (e.Status == HttpStatusCode.Forbidden)
            {
                output($"The output of rank 0 cannot be read, so no progress is seen: {e.Message}");
                return;
            }
            catch (Exception e) when ((e is KubernetesException || KubernetesApi.IsBroken(e)) && !cancellation.IsCancellationRequested)
            {
                // The next opening goes on where this one ended.
            }

            if (isLast)
                return;
            await Task.Delay(Pause, api.Time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task ReadAsync(string pod, CancellationToken cancellation)
    {
        // Whole seconds only: what was seen of the last one is skipped below.
        var since = _last.Length >= 19 ? $"&sinceTime={Uri.EscapeDataString(_last[..19] + "Z")}" : "";
        using var response = await api.OpenOnceAsync(
            $"{api.Pods}/{pod}/log?container={RankPod.Container}&follow=true&timestamps=true{since}", cancellation).ConfigureAwait(false);
        using var silence = new CancellationTokenSource(Silence, api.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellation);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false));
        while (true)
        {
            silence.CancelAfter(Silence);
            if (await reader.ReadLineAsync(limit.Token).ConfigureAwait(false) is not { } line)
                return;
            // 2026-11-22T16:22:39.123456789Z TEXT
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var time = space > 0 ? Sortable(line[..space]) : null;
            if (time is null || string.CompareOrdinal(time, _last) <= 0)
                continue;
            _last = time;
            output(line[(space + 1)..]);
        }
    }

    /// <summary>The time with nine digits of its second, so that later ones compare as greater; null for what is no time.</summary>
    private static string? Sortable(string time)
    {
        if (time.Length < 20 || !DateTime.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var utc))
            return null;
        var (dot, digits) = (time.IndexOf('.', StringComparison.Ordinal), 0);
        while (dot >= 0 && dot + 1 + digits < time.Length && char.IsAsciiDigit(time[dot + 1 + digits]))
            digits++;
        var fraction = dot >= 0 ? time.Substring(dot + 1, Math.Min(digits, 9)) : "";
        return utc.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + "." + fraction.PadRight(9, '0');
    }
}
