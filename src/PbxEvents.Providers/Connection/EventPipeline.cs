using System.Text;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>
/// The way of an event from the session to the readers: calls, then queues, then the log
/// (decision 0005). Loop only; what it fills may be read anywhere.
/// </summary>
/// <param name="connection">The connection's name.</param>
/// <param name="provider">The platform.</param>
/// <param name="capacity">How many events the log keeps.</param>
/// <param name="endedKept">How many ended calls are kept.</param>
/// <param name="status">Counts what was received.</param>
/// <param name="names">The names of extensions and queues.</param>
/// <param name="presenceFields">Where events have the word for a presence; null for a platform that tells of none.</param>
internal sealed class EventPipeline(
    string connection,
    string provider,
    int capacity,
    int endedKept,
    ConnectionStatus status,
    NameBook names,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? presenceFields = null)
{
    /// <summary>Time zones change their offset at such moments only, so it is looked up once for each.</summary>
    private const long OffsetSpan = 15 * TimeSpan.TicksPerMinute;

    private DateTimeOffset _now;
    private long _spanOfOffset = -1;
    private TimeSpan _offset;

    public NameBook Names => names;

    public CallTracker Calls { get; } = new(connection, provider, endedKept, names);

    public QueueTracker Queues { get; } = new(connection, provider, names);

    /// <summary>Runs on the loop for each event about the PBX's settings; null for nobody who wants to know.</summary>
    public Action<PbxEvent>? ConfigChanged { get; set; }

    public StatusTracker Extensions { get; } = new(presenceFields ?? new Dictionary<string, IReadOnlyList<string>>());

    public EventLog Log { get; } = new(capacity);

    /// <summary>The moment at which the item at hand arrived, in local time.</summary>
    public DateTimeOffset Now
    {
        get => _now;
        set => _now = ToLocal(value);
    }

    /// <summary>Tracks, numbers and keeps an event.</summary>
    /// <param name="pbxEvent">The event, not to be touched again.</param>
    /// <param name="call">What it says about a call.</param>
    /// <param name="queue">What it says about a queue.</param>
    public void Emit(PbxEvent pbxEvent, CallUpdate? call = null, QueueUpdate? queue = null)
    {
        pbxEvent.Provider = provider;
        pbxEvent.Connection = connection;
        pbxEvent.ReceivedAt = Now;
        pbxEvent.Time = pbxEvent.Time == default ? Now : ToLocal(pbxEvent.Time);
        if (!pbxEvent.Synthesized)
            status.CountReceived(pbxEvent.Category);
        if (queue?.Name is { } told && queue.Queue == pbxEvent.Queue)
            pbxEvent.QueueName = told;
        if (call is not null)
            Calls.Apply(pbxEvent, call);
        pbxEvent.ExtensionName ??= pbxEvent.Call is null ? Names.OfExtension(pbxEvent.Extension) : null;
        pbxEvent.QueueName ??= pbxEvent.Call is { } about && about.Queue == pbxEvent.Queue ? about.QueueName : Names.OfQueue(pbxEvent.Queue);
        if (queue is not null || pbxEvent.Gap is not null || pbxEvent.Call is { Queue: not null })
            Queues.Apply(pbxEvent, queue);
        if (pbxEvent.Category is PbxCategory.Presence or PbxCategory.Registration || pbxEvent.Gap is not null)
            Extensions.Apply(pbxEvent);
        Log.Append(pbxEvent);
        if (pbxEvent is { Category: PbxCategory.Config, Synthesized: false })
            ConfigChanged?.Invoke(pbxEvent);
    }

    /// <summary>Tells something about the connection itself.</summary>
    /// <param name="name">What happened.</param>
    /// <param name="error">Why; null for nothing that failed.</param>
    /// <param name="gap">What was lost with it.</param>
    /// <param name="json">Its data. Default the error's.</param>
    public void EmitConnection(string name, PbxException? error = null, PbxGap? gap = null, string? json = null)
    {
        json ??= error is null ? null : ConnectionPayload.From(error);
        Emit(new PbxEvent
        {
            Category = PbxCategory.Connection,
            Name = name,
            Error = error,
            Gap = gap,
            Synthesized = true,
            Payload = json is null ? default : Encoding.UTF8.GetBytes(json),
        });
    }

    /// <summary>All times that scripts see are of this machine's zone: what compares them with hours, and what writes them, means those.</summary>
    private DateTimeOffset ToLocal(DateTimeOffset time)
    {
        var span = time.UtcTicks / OffsetSpan;
        if (span != _spanOfOffset)
            (_spanOfOffset, _offset) = (span, TimeZoneInfo.Local.GetUtcOffset(time));
        return time.ToOffset(_offset);
    }
}
