using System.Management.Automation;
using PbxEvents.Module.Connections;

namespace PbxEvents.Module.Views;

/// <summary>What the table views show in colours and as relative times. The format file calls it.</summary>
public static class ViewText
{
    /// <summary>The state of a call, an event, a connection or a subscription, the outcome where there is one, in its colour.</summary>
    /// <param name="item">The object.</param>
    /// <returns>Text; empty when it has no state.</returns>
    public static string State(object? item) => (item is PSObject wrapped ? wrapped.BaseObject : item) switch
    {
        PbxCall c => OfCall(c.State, c.KnownOutcome),
        PbxEvent { Gap: { } g } => State(g),
        PbxEvent e => OfCall(e.CallState, e.KnownOutcome),
        PbxLeg l => OfCall(l.State, l.Outcome),
        PbxConnection c => Tones.Paint(c.State.ToString(), Tones.Of(c.State)),
        PbxSubscription s => Tones.Paint(s.State.ToString(), Tones.Of(s.State)),
        PbxGap g => OfGap(g.Recovery),
        _ => FromText(item as PSObject),
    };

    /// <summary>A moment as people say it from now: <c>now</c>, <c>12 s ago</c>, <c>3 min ago</c>.</summary>
    /// <param name="moment">The moment; null for none.</param>
    /// <returns>Text; empty for none.</returns>
    public static string Ago(object? moment) => MomentOf(moment) is { } then ? TimeText.Ago(DateTimeOffset.UtcNow - then) : "";

    /// <summary>A moment of today as a time, an older one with its date, in local time.</summary>
    /// <param name="moment">The moment; null for none.</param>
    /// <returns>Text; empty for none.</returns>
    public static string Clock(object? moment) => MomentOf(moment) is not { } then ? ""
        : then.ToLocalTime() is var local && local.Date == DateTimeOffset.Now.Date
            ? local.ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture)
            : local.ToString("MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>How long a call took in all. Of a call in progress nothing: what is shown may have been seen long ago.</summary>
    /// <param name="call">The call.</param>
    /// <returns>Text; empty when it lives.</returns>
    public static string Duration(PSObject call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return call.Properties[nameof(PbxCall.Duration)]?.Value is TimeSpan duration ? TimeText.Clock(duration) : "";
    }

    /// <summary>A time span to the second.</summary>
    /// <param name="span">The span; null for none.</param>
    /// <returns>Text; empty for none.</returns>
    public static string Span(TimeSpan? span) => span is { } time ? TimeText.Clock(time) : "";

    /// <summary>A share in percent.</summary>
    /// <param name="percent">The share; null for none.</param>
    /// <returns>Text with one decimal; empty for none.</returns>
    public static string Percent(double? percent) => percent is { } share ? share.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture) + " %" : "";

    /// <summary>How many wait in a queue; in a warning colour when somebody does.</summary>
    /// <param name="queue">The queue.</param>
    /// <returns>Text; empty when nothing told.</returns>
    public static string Waiting(PbxQueue queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return queue.WaitingCount is { } count ? Tones.Paint($"{count}", count > 0 ? Tone.Warning : Tone.Plain) : "";
    }

    /// <summary>A presence; with a question mark when it may be otherwise by now.</summary>
    /// <param name="presence">The presence.</param>
    /// <returns>Text.</returns>
    public static string Presence(PbxPresence presence)
    {
        ArgumentNullException.ThrowIfNull(presence);
        return presence.IsStale ? Tones.Paint($"{presence.Presence} ?", Tone.Dim) : presence.Presence;
    }

    /// <summary>Whether a phone or trunk is registered, in its colour; with a question mark when it may be otherwise by now.</summary>
    /// <param name="registration">The registration.</param>
    /// <returns>Text.</returns>
    public static string Registered(PbxRegistration registration)
    {
        ArgumentNullException.ThrowIfNull(registration);
        var word = registration.IsRegistered ? "yes" : "no";
        return registration.IsStale ? Tones.Paint($"{word} ?", Tone.Dim) : Tones.Paint(word, registration.IsRegistered ? Tone.Good : Tone.Bad);
    }

    /// <summary>An object that came from a file or another process has its states as texts, or as numbers.</summary>
    private static string FromText(PSObject? item) =>
        (Read<PbxGapRecovery>(item, nameof(PbxGap.Recovery)) ?? Read<PbxGapRecovery>(GapOf(item), nameof(PbxGap.Recovery))) is { } recovery ? OfGap(recovery)
        : OfCall(
            Read<PbxCallState>(item, nameof(PbxEvent.CallState)) ?? Read<PbxCallState>(item, nameof(PbxCall.State)),
            Read<PbxOutcome>(item, nameof(PbxCall.Outcome)));

    private static T? Read<T>(PSObject? item, string property)
        where T : struct, Enum =>
        Enum.TryParse<T>(item?.Properties[property]?.Value?.ToString(), out var value) && Enum.IsDefined(value) ? value : null;

    /// <summary>A moment, also one that came from a file or another process; null for none.</summary>
    internal static DateTimeOffset? MomentOf(object? moment) => (moment is PSObject wrapped ? wrapped.BaseObject : moment) switch
    {
        DateTimeOffset then => then,
        DateTime then => then,
        PSCustomObject or PSObject when ((PSObject)moment!).Properties[nameof(DateTimeOffset.UtcDateTime)]?.Value is DateTime utc => new DateTimeOffset(utc, TimeSpan.Zero),
        _ => null,
    };

    /// <summary>
    /// Where a call is, or what an event is about: queue, extension, who calls, a connection's error or gap, and with several connections
    /// which one.
    /// </summary>
    /// <param name="item">The call or event.</param>
    /// <returns>Text; empty when there is nothing to say.</returns>
    public static string About(PSObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        var error = item.BaseObject is PbxEvent { Category: PbxCategory.Connection, Error: { } problem } ? problem.Message : null;
        var connection = ModuleState.Current.Connections.Count > 1 ? $"({item.Properties[nameof(PbxEvent.Connection)]?.Value})" : null;
        var parts = new[] { Named(nameof(PbxEvent.Queue)), Named(nameof(PbxEvent.Extension)), CallerOf(item), AboutGap(GapOf(item)), error, connection };
        return string.Join(' ', parts.Where(t => !string.IsNullOrEmpty(t)));

        string Named(string name) => DisplayText.Named(Text(name), Text($"{name}Name"));

        string? Text(string name) => item.Properties[name]?.Value?.ToString();
    }

    /// <summary>A connection's state; with several connections also which is the default.</summary>
    /// <param name="connection">The connection.</param>
    /// <returns>Text.</returns>
    public static string StateOfConnection(PbxConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var state = ModuleState.Current;
        return State(connection) + (state.Connections.Count > 1 && ReferenceEquals(state.Default, connection) ? ", default" : "");
    }

    /// <summary>The gap of an event, also of one from a file or another process.</summary>
    private static PSObject? GapOf(PSObject? item) =>
        item?.Properties[nameof(PbxEvent.Gap)]?.Value is { } gap ? PSObject.AsPSObject(gap) : null;

    /// <summary>The caller's name, of a call or of an event's call.</summary>
    private static string? CallerOf(PSObject item)
    {
        var name = item.Properties[nameof(PbxCall.FromName)]?.Value
            ?? (item.Properties[nameof(PbxEvent.Call)]?.Value is { } call ? PSObject.AsPSObject(call).Properties[nameof(PbxCall.FromName)]?.Value : null);
        return name?.ToString() is { Length: > 0 } text ? $"from {DisplayText.Clean(text)}" : null;
    }

    private static string? AboutGap(PSObject? gap) => gap?.Properties[nameof(PbxGap.Duration)]?.Value is TimeSpan duration
        ? $"{gap.Properties[nameof(PbxGap.Reason)]?.Value} for {TimeText.About(duration)}"
        : null;

    private static string OfGap(PbxGapRecovery recovery) => Tones.Paint(recovery.ToString(), recovery switch
    {
        PbxGapRecovery.Recovered => Tone.Good,
        PbxGapRecovery.Partial or PbxGapRecovery.Pending => Tone.Warning,
        _ => Tone.Bad,
    });

    private static string OfCall(PbxCallState? state, PbxOutcome? outcome) =>
        Tones.Paint(outcome?.ToString() ?? state?.ToString() ?? "", Tones.Of(state, outcome));
}
