namespace PbxEvents.Providers.Contracts;

/// <summary>How a link speaks.</summary>
internal enum LinkKind
{
    /// <summary>Plain WebSocket text messages.</summary>
    WebSocket,

    /// <summary>Socket.IO over WebSocket, then over long-polling.</summary>
    SocketIo,
}

/// <summary>Where a link leads and how. Immutable.</summary>
internal sealed record LinkTarget
{
    /// <summary>
    /// The address. WebSocket: <c>ws</c> or <c>wss</c> with path and query. Socket.IO: scheme (<c>http</c> and <c>ws</c> mean the
    /// same), host, port and path, without a path <c>/socket.io/</c>; the handshake's own query is added. It may hold a token in its query: show <see cref="Display"/> instead.
    /// </summary>
    public required Uri Uri { get; init; }

    /// <summary>How it speaks.</summary>
    public LinkKind Kind { get; init; }

    /// <summary>Headers of the opening request.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Socket.IO: the Engine.IO revision to try first, 3 or 4; the other one follows. Default 4.</summary>
    public int Revision { get; init; } = 4;

    /// <summary>Socket.IO: more parameters for the handshake's query.</summary>
    public IReadOnlyDictionary<string, string> Query { get; init; } = new Dictionary<string, string>();

    /// <summary>Socket.IO, revision 4: the JSON of the connect packet's auth; empty for none.</summary>
    public ReadOnlyMemory<byte> Auth { get; init; }

    /// <summary>Socket.IO: the namespace to join; revision 3 takes a query behind it (<c>/admin?tok=2</c>). Default <c>/</c>.</summary>
    public string Namespace { get; init; } = "/";

    /// <summary>
    /// The longest time without any byte before the link counts as dead. Socket.IO: an upper bound, the handshake's own
    /// figures come first. Null for none.
    /// </summary>
    public TimeSpan? MaxSilence { get; init; }

    /// <summary>
    /// Over WebSocket: after how long without a byte a ping frame goes out, up to a quarter later; null for never. The next one
    /// goes out when the pong has come. With <see cref="MaxSilence"/> it finds half-open links.
    /// </summary>
    public TimeSpan? PingInterval { get; init; }

    /// <summary>What the driver wants the session to know about this target (a dialect); null for nothing.</summary>
    public string? Tag { get; init; }

    /// <summary>Scheme, host, port and path: the address without anything secret.</summary>
    public string Display => Uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>The address without anything secret.</summary>
    /// <returns><see cref="Display"/>.</returns>
    public override string ToString() => Display;
}
