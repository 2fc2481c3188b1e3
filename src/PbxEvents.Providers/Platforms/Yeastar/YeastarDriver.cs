using System.Runtime.CompilerServices;
using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>Yeastar over HTTP: the shared token, and the calls in progress after a gap (yeastar.md sections 2, 3 and 6.4).</summary>
internal sealed class YeastarDriver : PlatformDriver
{
    /// <summary>The kind of the last snapshot: there are no more.</summary>
    public const string EndOfSnapshots = "end";

    /// <summary>The kind of all others.</summary>
    public const string CallQuery = "call/query";

    /// <summary>More calls than this are not asked for one by one: their next event shows where they stand.</summary>
    private const int MaxSingleQueries = 200;

    private readonly YeastarAddress _address;
    private readonly YeastarApi _api;
    private readonly YeastarTokens _tokens;
    private readonly Lazy<YeastarRecords> _records;
    private readonly YeastarNames _names;
    private readonly Lock _gate = new();
    private YeastarTokenShare? _share;

    /// <summary>The token of the newest link. The calls in progress are asked for while the next link may be prepared.</summary>
    private volatile YeastarToken? _token;

    public YeastarDriver(DriverContext context, YeastarTokens tokens)
        : base(context)
    {
        var options = context.Options;
        if (options.Server is null)
            throw PlatformFaults.NoServer("Yeastar");
        if (options.UserName is not { Length: > 0 } || options.Password is not { IsEmpty: false })
        {
            throw OptionRules.Invalid("Yeastar needs a client id and its secret.",
                "Give them with ‹Credential›: the client id as the user name, the secret as the password (Integrations > API of the PBX).", "‹Credential›");
        }
        _address = YeastarAddress.Parse(options.Server);
        _api = new YeastarApi(context, _address.Server);
        _tokens = tokens;
        _names = new YeastarNames(new YeastarRecordApi(context, _api, GetRecordTokenAsync));
        _records = new Lazy<YeastarRecords>(() => new YeastarRecords(context, _api, GetRecordTokenAsync, RecordTimes));
    }

    /// <inheritdoc/>
    public override string Server => _api.Server;

    /// <summary>Section 4.1: 2, 4, 8 ... 60 s with jitter.</summary>
    /// <inheritdoc/>
    public override BackoffPolicy Backoff { get; } = BackoffPolicy.Default with { First = TimeSpan.FromSeconds(2) };

    /// <summary>When call records are asked for.</summary>
    public RecordTimes RecordTimes { get; init; } = YeastarRecords.Documented;

    /// <inheritdoc/>
    public override RecordReader Records => _records.Value;

    /// <inheritdoc/>
    public override DirectoryReader Directory => _names;

    /// <inheritdoc/>
    public override ProtocolSession CreateSession(ISessionHost host) =>
        new YeastarSession(host, Server, _api.ClientId, Context.Options.TimeZone ?? TimeZoneInfo.Local);

    /// <inheritdoc/>
    public override async Task<LinkOffer> PrepareAsync(LinkPlan plan, CancellationToken cancellationToken)
    {
        var share = Join();
        var outdated = plan.IsRotation || plan.RenewCredential ? _token : null;
        YeastarToken token;
        try
        {
            token = _token = await share.GetAsync(_api, outdated, Context.Log, cancellationToken).ConfigureAwait(false);
        }
        catch (PbxException e) when (_address.IsPortGuessed && e.Kind is PbxErrorKind.ConnectionRefused or PbxErrorKind.Timeout)
        {
            throw YeastarFaults.NothingThere(e, Server);
        }
        return new LinkOffer([new LinkTarget { Uri = _api.SocketAddress(token) }], new YeastarTicket(token.RenewAt));
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<Snapshot> GetSnapshotsAsync(
        SnapshotRequest wanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        PbxException? failure = null;
        foreach (var direction in (string[])["inbound", "outbound"])
        {
            ReadOnlyMemory<byte> body = default;
            try
            {
                body = await AskAsync("type", direction, cancellationToken).ConfigureAwait(false);
            }
            catch (PbxException e)
            {
                failure = e;
                break;
            }
            if (body.IsEmpty)
                continue;
            CollectIds(body, found);
            yield return new Snapshot(CallQuery, body);
        }

        // Internal calls are in neither list, and calls that ended meanwhile in none.
        foreach (var id in ((YeastarCallQuery)wanted).Calls.Where(id => !found.Contains(id)).Take(MaxSingleQueries))
        {
            ReadOnlyMemory<byte> body = default;
            if (failure is not null)
                break;
            try
            {
                body = await AskAsync("call_id", id, cancellationToken).ConfigureAwait(false);
            }
            catch (PbxException e)
            {
                failure = e;
                break;
            }
            yield return new Snapshot(CallQuery, body, id);
        }
        yield return new Snapshot(EndOfSnapshots, default);
        if (failure is not null)
            throw YeastarFaults.NotAsked(Server, failure.Message);
    }

    /// <inheritdoc/>
    public override async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _share, null) is not { } share || _tokens.Leave(share) is not { } token || !token.IsAlive(_api.Now))
            return;
        Context.Log($"Returning the token to {Server}.");
        var reply = await _api.RevokeTokenAsync(token, cancellationToken).ConfigureAwait(false);
        if (reply.Code != YeastarFaults.Success)
            Context.Log($"{Server} did not take it (errcode {reply.Code}).");
    }

    /// <summary>The token that the event link uses, too.</summary>
    private Task<YeastarToken> GetRecordTokenAsync(YeastarToken? outdated, CancellationToken cancellationToken) =>
        Join().GetAsync(_api, outdated, Context.Log, cancellationToken);

    /// <summary>One link and one reading of records may both be the first to need a token.</summary>
    private YeastarTokenShare Join()
    {
        lock (_gate)
            return _share ??= _tokens.Join(_address.Server, _api.ClientId, Context.Options.Password!);
    }

    /// <returns>The answer; empty when the PBX says that there is no such call.</returns>
    private async Task<ReadOnlyMemory<byte>> AskAsync(string name, string value, CancellationToken cancellationToken)
    {
        var reply = await _api.QueryCallsAsync(_token!, name, value, cancellationToken).ConfigureAwait(false);
        return reply.Code switch
        {
            YeastarFaults.Success => reply.Body,

            // Section 6.4: any other code than those of section 3.3 commonly means that there is no such call.
            YeastarFaults.WrongCredential or YeastarFaults.NoInterface or YeastarFaults.TokenExpired or YeastarFaults.ParameterError
                or YeastarFaults.TokenLimit or YeastarFaults.AddressBlocked or YeastarFaults.AddressForbidden =>
                throw YeastarFaults.FromCode(reply.Code, reply.Text, Server, _api.ClientId, "asking for the calls in progress"),
            _ => default,
        };
    }

    private static void CollectIds(ReadOnlyMemory<byte> body, HashSet<string> ids)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (!document.RootElement.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Array)
                return;
            foreach (var call in data.EnumerateArray())
            {
                if (call.ValueKind == JsonValueKind.Object && JsonMember.Text(call, "call_id") is { } id)
                    ids.Add(id);
            }
        }
        catch (JsonException)
        {
            // The session reports the answer as one that cannot be read. The rest is asked for all the same: a session that is
            // never told that there is no more would remember what it hears for ever.
        }
    }
}
