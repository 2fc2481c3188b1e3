using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.RingCentral;

/// <summary>
/// One WebSocket session, which outlives its link by the recovery time (ringcentral.md sections 5 and 6). The gateway's lock
/// guards it.
/// </summary>
/// <param name="key">What its recovery tokens begin with.</param>
/// <param name="oauthSession">The OAuth session that it belongs to.</param>
/// <param name="bufferSize">How many notifications it keeps.</param>
internal sealed class GatewaySession(string key, string oauthSession, int bufferSize)
{
    private readonly Queue<KeptNotification> _buffer = new();

    public string Key => key;

    public string OAuthSession => oauthSession;

    /// <summary>The link; null while there is none.</summary>
    public PlainSocket? Link { get; set; }

    /// <summary>When the link was lost.</summary>
    public DateTimeOffset LostAt { get; set; }

    /// <summary>The subscription's id; null when there is none.</summary>
    public string? SubscriptionId { get; set; }

    /// <summary>The subscription's filters.</summary>
    public IReadOnlyList<GatewayFilter> Filters { get; set; } = [];

    /// <summary>Those of them that are not active.</summary>
    public IReadOnlyList<GatewayFilter> Disabled { get; set; } = [];

    /// <summary>The number of the newest notification; 1 before the first.</summary>
    public long Sequence { get; private set; } = 1;

    /// <summary>Requests that were not answered yet.</summary>
    public int ActiveRequests { get; set; }

    /// <summary>The recovery token of a point in the stream.</summary>
    public string TokenAt(long sequence) => $"{key}.{sequence:x}";

    /// <summary>The next number.</summary>
    public long Next() => ++Sequence;

    /// <summary>Keeps a notification; the oldest goes when there are too many.</summary>
    /// <param name="text">Its frame.</param>
    /// <param name="entry">Its place in the log.</param>
    public void Keep(string text, SimulatorLogEntry entry)
    {
        _buffer.Enqueue(new KeptNotification(Sequence, text, entry));
        if (_buffer.Count > bufferSize)
            _buffer.Dequeue();
    }

    /// <summary>What came after a point in the stream, as far as it is kept.</summary>
    public IReadOnlyList<KeptNotification> After(long sequence) => [.. _buffer.Where(e => e.Sequence > sequence)];
}

/// <summary>A notification that a session keeps for its recovery.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Text">Its frame.</param>
/// <param name="Entry">Its place in the log.</param>
internal sealed record KeptNotification(long Sequence, string Text, SimulatorLogEntry Entry);
