namespace DaprHep.DevSidecar.Http;

/// <summary>Service invocation: the request goes to the app as it came, and its answer back.</summary>
internal sealed class InvokeApi(IReadOnlyDictionary<string, AppChannel> apps)
{
    // Headers of one connection, not of the request; and those the sidecar itself reads.
    private static readonly HashSet<string> Hop = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "Proxy-Connection", "TE", "Trailer", "Host", "Content-Length",
        "dapr-app-id", "dapr-api-token",
    };

    /// <summary>/v1.0/invoke/APP/method/PATH.</summary>
    public Task ByPathAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        var start = path.IndexOf("/invoke/", StringComparison.Ordinal) + "/invoke/".Length;
        var method = path.IndexOf("/method/", start, StringComparison.Ordinal);
        if (method < 0)
            throw HttpFailure.UnknownPath;
        return ForwardAsync(context, path[start..method], path[(method + "/method".Length)..]);
    }

    /// <summary>Any path, with the app in the header dapr-app-id.</summary>
    public Task ByHeaderAsync(HttpContext context) =>
        context.Request.Headers["dapr-app-id"].ToString() is { Length: > 0 } app
            ? ForwardAsync(context, app, context.Request.Path.Value!)
            : throw HttpFailure.UnknownPath;

    private async Task ForwardAsync(HttpContext context, string app, string path)
    {
        if (!apps.TryGetValue(app, out var channel))
            throw new HttpFailure(500, "ERR_DIRECT_INVOKE", $"failed to invoke, id: {app}, err: no host found with the given ID");
        if (channel.Ports.Count == 0)
            throw new HttpFailure(500, "ERR_DIRECT_INVOKE", $"failed to invoke, id: {app}, err: app channel is not initialized");
        var body = await HttpApi.BodyAsync(context);

        // The server leaves an escaped slash escaped; the runtime does not.
        path = path.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        var address = string.Join('/', path.Split('/').Select(Uri.EscapeDataString)) + context.Request.QueryString;
        HttpResponseMessage answer;
        try
        {
            answer = await channel.SendAsync(() => Copy(context.Request, body), address, context.RequestAborted);
        }
        catch (HttpRequestException e)
        {
            throw new HttpFailure(500, "ERR_DIRECT_INVOKE", $"failed to invoke, id: {app}, err: {e.Message}");
        }

        using (answer)
        {
            context.Response.StatusCode = (int)answer.StatusCode;
            foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
            {
                if (!Hop.Contains(name) || name == "Content-Length")
                    context.Response.Headers[name] = values.ToArray();
            }

            if (answer.StatusCode is not (System.Net.HttpStatusCode.NoContent or System.Net.HttpStatusCode.NotModified))
                await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }

    private static HttpRequestMessage Copy(HttpRequest request, byte[] body)
    {
        var message = new HttpRequestMessage(new HttpMethod(request.Method), (Uri?)null);
        if (body.Length > 0 || request.ContentType is not null)
            message.Content = new ByteArrayContent(body);
        foreach (var (name, values) in request.Headers)
        {
            if (!Hop.Contains(name) && !message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                message.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        return message;
    }
}
