using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>
/// Finds a way that works: WebSocket before polling, the wanted revision before the other one (socketio.md sections 1 and 4).
/// </summary>
internal static class EngineConnector
{
    /// <summary>Opens a transport up to its handshake.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="options">TLS, proxy, limits.</param>
    /// <param name="cancellationToken">Gives up at once, leaving nothing open.</param>
    /// <returns>The open transport.</returns>
    /// <exception cref="PbxException">No way leads there; the fault is the one that says most.</exception>
    public static async Task<IEngineTransport> OpenAsync(LinkTarget target, TransportOptions options, CancellationToken cancellationToken)
    {
        var wanted = target.Revision == 3 ? 3 : 4;
        var other = 7 - wanted;
        // A proxy that swallows upgrades gives no answer at all: polling must keep its share of the time.
        using var half = new CancellationTokenSource(options.ConnectTimeout / 2, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(half.Token, cancellationToken);
        PbxException fault;
        try
        {
            var (transport, refusal) = await TryAsync(WebSocketTransport.OpenAsync(target, wanted, options, either.Token)).ConfigureAwait(false);
            if (transport is null && IsAboutRevision(refusal!))
                (transport, _) = await TryAsync(WebSocketTransport.OpenAsync(target, other, options, either.Token)).ConfigureAwait(false);
            if (transport is not null)
                return transport;
            fault = refusal!;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            fault = LinkFaults.TimedOut(target.Display, target.Uri.Host, options.ConnectTimeout / 2);
        }

        var (polling, pollingFault) = await TryAsync(PollingTransport.OpenAsync(target, wanted, options, cancellationToken)).ConfigureAwait(false);
        if (polling is null && pollingFault!.Code == "400")
            (polling, pollingFault) = await TryAsync(PollingTransport.OpenAsync(target, other, options, cancellationToken)).ConfigureAwait(false);
        // An HTTP status says more than a connection that was cut.
        return polling ?? throw (pollingFault!.Code is not null || fault.Code is null ? pollingFault : fault);
    }

    private static async Task<(IEngineTransport? Transport, PbxException? Fault)> TryAsync<T>(Task<T> opening)
        where T : IEngineTransport
    {
        try
        {
            return (await opening.ConfigureAwait(false), null);
        }
        catch (PbxException fault) when (IsWorthAnotherWay(fault))
        {
            return (null, fault);
        }
    }

    // A server of the other revision refuses with 400, or sends what is no WebSocket frame after the upgrade.
    private static bool IsAboutRevision(PbxException fault) => fault.Code is "400" || fault.Kind is PbxErrorKind.ProtocolError or PbxErrorKind.LinkLost;

    private static bool IsWorthAnotherWay(PbxException fault) =>
        fault.Kind is PbxErrorKind.HandshakeFailed or PbxErrorKind.ProtocolError or PbxErrorKind.LinkLost
        && fault.RetryAfter is null && fault.Code is not "401";
}
