using System.Net;
using System.Text.Json;
using System.Threading.Channels;

namespace DaprHep.Learning.Distributed.Kubernetes;

/// <summary>What became known of the objects that are watched.</summary>
/// <param name="Collection">Path of their collection.</param>
/// <param name="Objects">The objects; of a list, all there are.</param>
/// <param name="IsList">Whether these are all: others are gone.</param>
/// <param name="IsDeleted">Whether the object is gone, and this its last state.</param>
internal sealed record WatchNews(string Collection, IReadOnlyList<JsonElement> Objects, bool IsList, bool IsDeleted);

/// <summary>
/// Follows the objects of a selector: lists them, then watches from the list's version, and again from the last version seen whenever the
/// stream ends or breaks. Where the server has forgotten that version, it lists afresh.
/// </summary>
/// <param name="api">The server.</param>
/// <param name="collection">Path of the collection.</param>
/// <param name="selector">Label or field selector, as part of a query.</param>
internal sealed class KubernetesWatch(KubernetesApi api, string collection, string selector)
{
    /// <summary>
    /// How long a watch is asked to last, and how much later it may end. A connection whose other end is gone says nothing for ever, and
    /// that its end is overdue is all there is to notice: so watches are short. A bookmark comes shortly before the end of each.
    /// </summary>
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(60), Late = TimeSpan.FromSeconds(15);

    /// <summary>Follows until cancelled.</summary>
    /// <param name="news">Given everything, in order.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="KubernetesException">The server refuses, or was away for too long.</exception>
    public async Task RunAsync(ChannelWriter<WatchNews> news, CancellationToken cancellation)
    {
        string? version = null;
        var failures = 0;
        while (true)
        {
            if (version is null)
            {
                (var items, version) = await api.ListAsync(collection, selector, cancellation).ConfigureAwait(false);
                await news.WriteAsync(new WatchNews(collection, items, IsList: true, IsDeleted: false), cancellation).ConfigureAwait(false);
            }

            var (next, lines, broke) = await WatchAsync(version, news, cancellation).ConfigureAwait(false);
            // A watch that says nothing at all may be one from a version that the server has not come to yet.
            version = lines == 0 && !broke ? null : next;
            failures = lines > 0 ? 0 : failures + 1;
            if (broke || lines == 0)
                await api.PauseAsync(Math.Max(1, failures), cancellation).ConfigureAwait(false);
        }
    }

    private async Task<(string? Version, int Lines, bool Broke)> WatchAsync(
        string version, ChannelWriter<WatchNews> news, CancellationToken cancellation)
    {
        var lines = 0;
        var seen = version;
        using var silence = new CancellationTokenSource(Length + Late, api.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellation);
        try
        {
            using var response = await api.OpenAsync(
                $"{collection}?{selector}&watch=1&allowWatchBookmarks=true&timeoutSeconds={Length.TotalSeconds:F0}"
                + $"&resourceVersion={Uri.EscapeDataString(version)}",
                cancellation).ConfigureAwait(false);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false));
            while (await reader.ReadLineAsync(either.Token).ConfigureAwait(false) is { } line)
            {
                if (line.Length == 0)
                    continue;
                using var parsed = JsonDocument.Parse(line);
                lines++;
                var change = parsed.RootElement.Find("object")?.Clone() ?? default;
                var type = parsed.RootElement.TextAt("type");
                // Too old a version, or trouble of the server: in both cases the list says how things are.
                if (type == "ERROR")
                    return (null, change.NumberAt("code") == (int)HttpStatusCode.Gone ? lines : 0, Broke: true);
                seen = change.TextAt("metadata", "resourceVersion") ?? seen;
                if (type is "ADDED" or "MODIFIED" or "DELETED")
                {
                    await news.WriteAsync(new WatchNews(collection, [change], IsList: false, type == "DELETED"), cancellation)
                        .ConfigureAwait(false);
                }
            }

            return (seen, lines, Broke: false);
        }
        catch (KubernetesException e) when (e.Status == HttpStatusCode.Gone)
        {
            return (null, lines, Broke: true);
        }
        catch (Exception e) when (KubernetesApi.IsBroken(e) && !cancellation.IsCancellationRequested)
        {
            return (seen, lines, Broke: true);
        }
    }
}
