using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Transport.SocketIo;
using PbxEvents.Providers.Transport.WebSockets;

namespace PbxEvents.Providers.Transport;

/// <summary>Makes real links: <see cref="LinkTarget.Kind"/> says which. Any thread.</summary>
internal sealed class LinkFactory : ILinkFactory
{
    private readonly TransportOptions _options;

    /// <summary>Makes the factory.</summary>
    /// <param name="options">TLS, proxy, limits and clock of every link.</param>
    /// <exception cref="PbxException">The thumbprint in the options is none.</exception>
    public LinkFactory(TransportOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _ = new TlsRules(options);
        _options = options;
    }

    public ILink Create(int id, LinkTarget target, ILinkSink sink)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(sink);
        return target.Kind switch
        {
            LinkKind.WebSocket => new WebSocketLink(id, target, sink, _options),
            _ => new SocketIoLink(id, target, sink, _options),
        };
    }
}
