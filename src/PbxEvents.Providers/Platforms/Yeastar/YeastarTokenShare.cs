
namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>
/// The one token that all connections with the same credential to the same PBX use together, because a PBX gives out only
/// eight (yeastar.md section 3.2). Token calls go out one at a time, and what one of them was refused is not asked again by
/// the next: five failures block the address. Safe from any thread.
/// </summary>
internal sealed class YeastarTokenShare : IDisposable
{
    /// <summary>How long a refusal that is final stands for other connections that ask in the same moment.</summary>
    private static readonly TimeSpan RefusalStands = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private YeastarToken? _token;
    private PbxException? _refusal;
    private DateTimeOffset _refusedUntil;

    /// <summary>The newest token; null before the first.</summary>
    public YeastarToken? Token => Volatile.Read(ref _token);

    /// <summary>A token that lives for a while yet.</summary>
    /// <param name="api">The PBX.</param>
    /// <param name="outdated">The token that does not serve any more; null for none. A newer one, which another connection got, does.</param>
    /// <param name="log">Adds a line to the asking connection's activity log.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <exception cref="PbxException">There is none to be had.</exception>
    public async Task<YeastarToken> GetAsync(YeastarApi api, YeastarToken? outdated, Action<string> log, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var now = api.Now;
            if (_token is { } token && !ReferenceEquals(token, outdated) && now < token.RenewAt)
                return token;
            if (_refusal is { } refusal && now < _refusedUntil)
                throw YeastarFaults.StillRefused(refusal, _refusedUntil - now);
            var fresh = await ObtainAsync(api, log, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _token, fresh);
            _refusal = null;
            return fresh;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Nobody uses it any more.</summary>
    public void Dispose() => _gate.Dispose();

    private async Task<YeastarToken> ObtainAsync(YeastarApi api, Action<string> log, CancellationToken cancellationToken)
    {
        if (_token is { } old && old.CanRefresh(api.Now))
        {
            log($"Refreshing the token at {api.Server}.");
            var renewed = await api.RefreshTokenAsync(old.Refresh!, cancellationToken).ConfigureAwait(false);
            if (renewed is { Code: YeastarFaults.Success, Token: { } next })
                return next;

            // Section 8, row I. A limit or a block would only meet the same answer again.
            if (renewed.Code is YeastarFaults.TokenLimit or YeastarFaults.AddressBlocked or YeastarFaults.AddressForbidden)
                throw Refused(renewed, api, "refreshing the token");
            log($"{api.Server} did not refresh the token (errcode {renewed.Code}).");
        }
        log($"Getting a token at {api.Server}.");
        var reply = await api.GetTokenAsync(cancellationToken).ConfigureAwait(false);
        if (reply.Code != YeastarFaults.Success)
            throw Refused(reply, api, "getting a token");
        return reply.Token ?? throw YeastarFaults.NoPbx(api.Server, "getting a token");
    }

    private PbxException Refused(in YeastarReply reply, YeastarApi api, string doing)
    {
        var fault = YeastarFaults.FromCode(reply.Code, reply.Text, api.Server, api.ClientId, doing);
        _refusal = fault;
        _refusedUntil = api.Now + (fault.RetryAfter ?? RefusalStands);
        return fault;
    }
}
