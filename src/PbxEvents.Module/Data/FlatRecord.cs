using System.Globalization;
using System.Management.Automation;
using PbxEvents.Module.Views;

namespace PbxEvents.Module.Data;

/// <summary>
/// Makes one row of an object: texts, local times as text, whole seconds, numbers, nothing nested. It reads by property names, so an object
/// from a file or another process makes the same row.
/// </summary>
internal static class FlatRecord
{
    private const string TimeForm = "yyyy-MM-dd HH:mm:ss";

    /// <summary>The row of an event, a call, a gap or a connection; null for anything else.</summary>
    public static PSObject? Make(PSObject item) =>
        Is<PbxCall>(item) ? OfCall(item)
        : Is<PbxEvent>(item) ? OfEvent(item, Inner(item, nameof(PbxEvent.Gap)))
        : Is<PbxGap>(item) ? OfEvent(new PSObject(), item)
        : Is<PbxConnection>(item) ? OfConnection(item)
        : null;

    private static PSObject OfCall(PSObject call)
    {
        var (start, answered, end) = (Time(call, nameof(PbxCall.StartedAt)), Time(call, nameof(PbxCall.AnsweredAt)), Time(call, nameof(PbxCall.EndedAt)));
        return Row(
            (nameof(PbxCall.CallId), Text(call, nameof(PbxCall.CallId))),
            (nameof(PbxCall.Connection), Text(call, nameof(PbxCall.Connection))),
            (nameof(PbxCall.Provider), Text(call, nameof(PbxCall.Provider))),
            (nameof(PbxCall.Direction), Text(call, nameof(PbxCall.Direction))),
            (nameof(PbxCall.From), Text(call, nameof(PbxCall.From))),
            (nameof(PbxCall.FromName), Text(call, nameof(PbxCall.FromName))),
            (nameof(PbxCall.To), Text(call, nameof(PbxCall.To))),
            (nameof(PbxCall.Extension), Text(call, nameof(PbxCall.Extension))),
            (nameof(PbxCall.Queue), Text(call, nameof(PbxCall.Queue))),
            (nameof(PbxCall.State), Text(call, nameof(PbxCall.State))),
            (nameof(PbxCall.Outcome), OutcomeOf(call, nameof(PbxCall.State))),
            (nameof(PbxCall.IsReached), Value(call, nameof(PbxCall.IsReached))),
            (nameof(PbxCall.AnsweredBy), Text(call, nameof(PbxCall.AnsweredBy))),
            (nameof(PbxCall.EndedBy), Text(call, nameof(PbxCall.EndedBy))),
            (nameof(PbxCall.StartedAt), ToText(start)),
            (nameof(PbxCall.RingingAt), ToText(Time(call, nameof(PbxCall.RingingAt)))),
            (nameof(PbxCall.AnsweredAt), ToText(answered)),
            (nameof(PbxCall.EndedAt), ToText(end)),
            ("WaitSeconds", Seconds((answered ?? end) - start)),
            ("TalkSeconds", Seconds(end - answered)),
            ("DurationSeconds", Seconds(end - start)),
            (nameof(PbxCall.VoicemailId), Text(call, nameof(PbxCall.VoicemailId))),
            (nameof(PbxCall.RecordingId), Text(call, nameof(PbxCall.RecordingId))),
            (nameof(PbxCall.Origin), Text(call, nameof(PbxCall.Origin))));
    }

    /// <summary>Events and gaps make rows of the same columns, so that a file can hold both. A gap alone is the event that would tell it.</summary>
    private static PSObject OfEvent(PSObject e, PSObject? gap)
    {
        var call = Inner(e, nameof(PbxEvent.Call));
        return Row(
            (nameof(PbxEvent.Sequence), Value(e, nameof(PbxEvent.Sequence))),
            (nameof(PbxEvent.Time), ToText(Time(e, nameof(PbxEvent.Time)) ?? Time(gap, nameof(PbxGap.To)))),
            (nameof(PbxEvent.Connection), Text(e, nameof(PbxEvent.Connection)) ?? Text(gap, nameof(PbxGap.Connection))),
            (nameof(PbxEvent.Provider), Text(e, nameof(PbxEvent.Provider))),
            (nameof(PbxEvent.Category), Text(e, nameof(PbxEvent.Category)) ?? nameof(PbxCategory.Connection)),
            (nameof(PbxEvent.Name), Text(e, nameof(PbxEvent.Name)) ?? "Gap"),
            (nameof(PbxEvent.Topic), Text(e, nameof(PbxEvent.Topic))),
            (nameof(PbxEvent.CallId), Text(e, nameof(PbxEvent.CallId))),
            (nameof(PbxEvent.LegId), Text(e, nameof(PbxEvent.LegId))),
            (nameof(PbxCall.Direction), Text(call, nameof(PbxCall.Direction))),
            (nameof(PbxEvent.CallState), Text(e, nameof(PbxEvent.CallState))),
            (nameof(PbxEvent.Outcome), OutcomeOf(e, nameof(PbxEvent.CallState))),
            (nameof(PbxEvent.From), Text(e, nameof(PbxEvent.From))),
            (nameof(PbxCall.FromName), Text(call, nameof(PbxCall.FromName))),
            (nameof(PbxEvent.To), Text(e, nameof(PbxEvent.To))),
            (nameof(PbxEvent.Extension), Text(e, nameof(PbxEvent.Extension))),
            (nameof(PbxEvent.IsRegistered), Value(e, nameof(PbxEvent.IsRegistered))),
            (nameof(PbxEvent.Queue), Text(e, nameof(PbxEvent.Queue))),
            (nameof(PbxEvent.Tenant), Text(e, nameof(PbxEvent.Tenant))),
            ("GapFrom", ToText(Time(gap, nameof(PbxGap.From)))),
            ("GapSeconds", Seconds(Time(gap, nameof(PbxGap.To)) - Time(gap, nameof(PbxGap.From)))),
            ("GapReason", Text(gap, nameof(PbxGap.Reason))),
            ("GapRecovery", Text(gap, nameof(PbxGap.Recovery))),
            (nameof(PbxGap.EventsLost), Value(gap, nameof(PbxGap.EventsLost))),
            (nameof(PbxEvent.Error), Text(e, nameof(PbxEvent.Error))),
            (nameof(PbxEvent.Id), Text(e, nameof(PbxEvent.Id))),
            (nameof(PbxEvent.Raw), Text(e, nameof(PbxEvent.Raw))));
    }

    private static PSObject OfConnection(PSObject connection) => Row(
        (nameof(PbxConnection.Name), Text(connection, nameof(PbxConnection.Name))),
        (nameof(PbxConnection.Provider), Text(connection, nameof(PbxConnection.Provider))),
        (nameof(PbxConnection.Server), Text(connection, nameof(PbxConnection.Server))),
        (nameof(PbxConnection.State), Text(connection, nameof(PbxConnection.State))),
        (nameof(PbxConnection.ConnectedAt), ToText(Time(connection, nameof(PbxConnection.ConnectedAt)))),
        (nameof(PbxConnection.LastFrameAt), ToText(Time(connection, nameof(PbxConnection.LastFrameAt)))),
        (nameof(PbxConnection.ReconnectCount), Value(connection, nameof(PbxConnection.ReconnectCount))),
        (nameof(PbxConnection.Received), Value(connection, nameof(PbxConnection.Received))),
        (nameof(PbxConnection.Dropped), Value(connection, nameof(PbxConnection.Dropped))),
        (nameof(PbxConnection.CallsSince), ToText(Time(connection, nameof(PbxConnection.CallsSince)))),
        (nameof(PbxConnection.LastError), Text(connection, nameof(PbxConnection.LastError))));

    private static PSObject Row(params (string Name, object? Value)[] cells)
    {
        var row = new PSObject();
        foreach (var (name, value) in cells)
            row.Properties.Add(new PSNoteProperty(name, value), preValidated: true);
        return row;
    }

    private static bool Is<T>(PSObject item) =>
        item.BaseObject is T || item.TypeNames.Contains($"Deserialized.{typeof(T).FullName}", StringComparer.Ordinal);

    private static object? Value(PSObject? item, string name) => item?.Properties[name]?.Value;

    private static PSObject? Inner(PSObject item, string name) => item.Properties[name]?.Value is { } value ? PSObject.AsPSObject(value) : null;

    private static string? Text(PSObject? item, string name) => item?.Properties[name]?.Value?.ToString();

    private static DateTimeOffset? Time(PSObject? item, string name) => ViewText.MomentOf(item?.Properties[name]?.Value);

    /// <summary>An ended call of which nobody can say how it went is Unknown, as in filters and tables; an empty cell would look like a call that goes on.</summary>
    private static string? OutcomeOf(PSObject item, string state) =>
        Text(item, nameof(PbxCall.Outcome)) ?? (Text(item, state) == nameof(PbxCallState.Ended) ? nameof(PbxOutcome.Unknown) : null);

    private static string? ToText(DateTimeOffset? time) => time?.ToLocalTime().ToString(TimeForm, CultureInfo.InvariantCulture);

    private static long? Seconds(TimeSpan? span) => span is { } time ? (long)Math.Round(time.TotalSeconds) : null;
}
