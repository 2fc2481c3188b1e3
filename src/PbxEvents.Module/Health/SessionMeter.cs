using System.Diagnostics.Metrics;
using PbxEvents.Module.Service;
using PbxEvents.Providers;

namespace PbxEvents.Module.Health;

/// <summary>
/// The figures of a session as instruments of .NET, under the meter PbxEvents, for /metrics, dotnet-counters and OpenTelemetry. All but the
/// delay read figures that are there anyway, when somebody listens and asks; nothing is counted twice. Any thread.
/// </summary>
internal sealed class SessionMeter : IDisposable
{
    public const string MeterName = "PbxEvents";

    private static readonly PbxConnectionState[] States = Enum.GetValues<PbxConnectionState>();
    private static readonly PbxCategory[] Categories = Enum.GetValues<PbxCategory>();
    private static readonly PbxOutcome[] Outcomes = Enum.GetValues<PbxOutcome>();

    /// <summary>From what nobody notices to what waited through a restart.</summary>
    private static readonly double[] DelayBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600];

    private readonly Func<ListenerState> _look;
    private readonly Func<IEnumerable<(string Reaction, string Journal, long Count)>> _failures;
    private readonly TimeProvider _clock;
    private readonly Histogram<double> _delay;

    /// <param name="look">How all stands.</param>
    /// <param name="failures">How many tries of each durable reaction have failed in this process.</param>
    /// <param name="clock">The clock.</param>
    public SessionMeter(Func<ListenerState> look, Func<IEnumerable<(string Reaction, string Journal, long Count)>> failures, TimeProvider clock)
    {
        (_look, _failures, _clock) = (look, failures, clock);
        Meter = new Meter(MeterName, typeof(SessionMeter).Assembly.GetName().Version?.ToString(3));
        Gauge("pbxevents.connection.state", null, "1 for the state that the connection is in, 0 for the others.",
            () => Connections().SelectMany(c => States.Select(s => Of(c, c.State == s ? 1 : 0, Tag("state", s)))));
        Meter.CreateObservableGauge("pbxevents.connection.silence",
            () => Connections().Where(c => c.LastFrameAt is not null).Select(c => new Measurement<double>(
                Math.Max(0, (_clock.GetUtcNow() - c.LastFrameAt!.Value).TotalSeconds), Tag("connection", c.Name), Tag("provider", c.Provider))),
            "s", "How long ago the last frame arrived, heartbeats included.");
        Counter("pbxevents.connection.reconnects", "{reconnect}", "How many times the link was restored.", () => Connections().Select(c => Of(c, c.ReconnectCount)));
        Counter("pbxevents.connection.gaps", "{gap}", "How many times events were missed.", () => Connections().Select(c => Of(c, c.GapCount)));
        Counter("pbxevents.connection.dropped", "{frame}", "How many frames were unreadable or duplicates.", () => Connections().Select(c => Of(c, c.Dropped)));
        Counter("pbxevents.events.received", "{event}", "How many events the platform sent.",
            () => Connections().SelectMany(c => Categories.Select(k => Of(c, c.ReceivedOf(k), Tag("category", k)))));
        Counter("pbxevents.calls.ended", "{call}", "How many calls ended, by the outcome that was reported first.",
            () => Connections().SelectMany(c => Outcomes.Select(o => Of(c, c.CountEnded(o), Tag("outcome", o)))));
        Gauge("pbxevents.journal.behind", "{event}", "How many received events the journal has not stored yet.",
            () => _look().Journals.Where(j => !j.IsReadOnly).Select(j => new Measurement<long>(j.Behind, Tag("journal", j.Name))));
        Gauge("pbxevents.journal.failing", null, "1 while the journal cannot be written, 0 while it can.",
            () => _look().Journals.Where(j => !j.IsReadOnly).Select(j => new Measurement<long>(j.LastError is null ? 0 : 1, Tag("journal", j.Name))));
        Gauge("pbxevents.reaction.running", null, "1 while the durable reaction runs, 0 while it is suspended, stuck or has ended.",
            () => Reactions(_ => true, r => r.State == PbxReactionState.Running ? 1 : 0));
        Gauge("pbxevents.reaction.lag", "{event}", "How many events of the journal the durable reaction has not looked at yet.", () => Reactions(r => r.Lag));
        Gauge("pbxevents.reaction.done", "{event}", "For how many events the action has succeeded, as far back as the journal goes.", () => Reactions(r => r.Done));
        Gauge("pbxevents.reaction.retrying", "{event}", "How many events failed and will be tried again.", () => Reactions(r => r.Retrying));
        Gauge("pbxevents.reaction.dead_letters", "{event}", "How many events will not be tried again.", () => Reactions(r => r.DeadLetters));
        Counter("pbxevents.reaction.failures", "{try}", "How many attempts failed in this process.",
            () => _failures().Select(f => new Measurement<long>(f.Count, Tag("reaction", f.Reaction), Tag("journal", f.Journal))));
        _delay = Meter.CreateHistogram("pbxevents.action.delay", "s",
            "From when a connection received the frame of an event to when its action starts for the first time.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = DelayBounds });
    }

    /// <summary>The meter. Each session has its own.</summary>
    public Meter Meter { get; }

    /// <summary>An action begins for an event for the first time. Costs nothing when nobody listens.</summary>
    /// <param name="pbxEvent">The event.</param>
    /// <param name="reaction">The durable reaction; null for the action of a subscription.</param>
    public void ActionBegins(PbxEvent pbxEvent, string? reaction)
    {
        if (!_delay.Enabled)
            return;
        var delay = Math.Max(0, (_clock.GetUtcNow() - pbxEvent.ReceivedUtc).TotalSeconds);
        if (reaction is null)
            _delay.Record(delay, Tag("connection", pbxEvent.Connection));
        else
            _delay.Record(delay, Tag("connection", pbxEvent.Connection), Tag("reaction", reaction));
    }

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    private static Measurement<long> Of(PbxClient connection, long value) => new(value, Tag("connection", connection.Name), Tag("provider", connection.Provider));

    private static Measurement<long> Of(PbxClient connection, long value, KeyValuePair<string, object?> tag) =>
        new(value, Tag("connection", connection.Name), Tag("provider", connection.Provider), tag);

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value as string ?? value.ToString());

    private IReadOnlyList<PbxClient> Connections() => _look().Connections;

    private IEnumerable<Measurement<long>> Reactions(Func<PbxReaction, long> figure) => Reactions(r => r.HasFigures, figure);

    private IEnumerable<Measurement<long>> Reactions(Func<PbxReaction, bool> isKnown, Func<PbxReaction, long> figure)
    {
        var state = _look();
        return state.Reactions.Where(isKnown).Select(r => new Measurement<long>(figure(r), Tag("reaction", r.Name), Tag("journal", state.NameOfJournal(r))));
    }

    private void Gauge(string name, string? unit, string description, Func<IEnumerable<Measurement<long>>> look) => Meter.CreateObservableGauge(name, look, unit, description);

    private void Counter(string name, string unit, string description, Func<IEnumerable<Measurement<long>>> look) => Meter.CreateObservableCounter(name, look, unit, description);
}
