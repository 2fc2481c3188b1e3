namespace PbxEvents.Simulator.Server;

/// <summary>Finds the handler of a request by method and path. Filled before the server opens, then only read.</summary>
internal sealed class HttpRouter
{
    private readonly List<Route> _routes = [];

    /// <summary>Adds a route.</summary>
    /// <param name="method">The method; <c>*</c> for any.</param>
    /// <param name="pattern">The path; a segment such as <c>{id}</c> matches anything and is found in Values.</param>
    /// <param name="handler">Makes the answer. Its token is cancelled when the client goes away.</param>
    public void Map(string method, string pattern, Func<ServerRequest, CancellationToken, Task<ServerResponse>> handler) =>
        _routes.Add(new Route(method, Split(pattern), handler));

    /// <summary>Adds a route that needs no waiting.</summary>
    /// <param name="method">The method; <c>*</c> for any.</param>
    /// <param name="pattern">The path; a segment such as <c>{id}</c> matches anything and is found in Values.</param>
    /// <param name="handler">Makes the answer.</param>
    public void Map(string method, string pattern, Func<ServerRequest, ServerResponse> handler) =>
        Map(method, pattern, (request, _) => Task.FromResult(handler(request)));

    /// <summary>Answers a request; 404 or 405 when no route takes it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancelled when the client goes away.</param>
    /// <returns>The answer.</returns>
    public Task<ServerResponse> HandleAsync(ServerRequest request, CancellationToken cancellationToken)
    {
        var segments = Split(request.Path);
        var pathKnown = false;
        foreach (var route in _routes)
        {
            if (Match(route.Segments, segments) is not { } values)
                continue;
            pathKnown = true;
            if (route.Method != "*" && route.Method != request.Method)
                continue;
            return route.Handler(request with { Values = values }, cancellationToken);
        }

        return Task.FromResult(pathKnown
            ? ServerResponse.Json(405, """{"error":"method_not_allowed"}""")
            : ServerResponse.Json(404, """{"error":"not_found"}"""));
    }

    private static string[] Split(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static Dictionary<string, string>? Match(string[] pattern, string[] path)
    {
        if (pattern.Length != path.Length)
            return null;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] is ['{', .. var name, '}'])
                values[name] = path[i];
            else if (!pattern[i].Equals(path[i], StringComparison.Ordinal))
                return null;
        }

        return values;
    }

    private sealed record Route(string Method, string[] Segments, Func<ServerRequest, CancellationToken, Task<ServerResponse>> Handler);
}
