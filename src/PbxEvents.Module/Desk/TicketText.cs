using System.Globalization;

namespace PbxEvents.Module.Desk;

/// <summary>What people at a desk want to read of a call: values for the places of a text, and the text of those that are there.</summary>
internal static class TicketText
{
    /// <summary>The subject, when nobody gave one.</summary>
    public const string Subject = "{Outcome} call from {Caller}";

    private const string TimeForm = "yyyy-MM-dd HH:mm:ss zzz";

    /// <summary>The values by the names of their places. What is not there is empty.</summary>
    /// <param name="call">The call.</param>
    /// <param name="number">The outside number in the form of E.164, or as it came; null when it is hidden.</param>
    /// <param name="name">The caller's name; null when nobody knows it.</param>
    public static IReadOnlyDictionary<string, string> ValuesOf(PbxCall call, string? number, string? name)
    {
        var dialled = OutsideParty.NumberOf(call);
        var (voicemail, recording) = CallLinks.Of(call);
        return new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Caller"] = Join(name, number ?? "a hidden number"),
            ["Number"] = number ?? "",
            ["Dialled"] = dialled == number ? "" : dialled ?? "",
            ["Called"] = Join(call.Extension ?? call.To, call.ExtensionName),
            ["CalledQueue"] = Join(call.Queue, call.QueueName),
            ["When"] = call.StartedAt.ToLocalTime().ToString(TimeForm, CultureInfo.InvariantCulture),
            ["Rang"] = Seconds((call.AnsweredAt ?? call.EndedAt) - call.RingingAt),
            ["Tried"] = string.Join(", ", call.Legs.Where(l => l is { Role: PbxLegRole.Callee, Extension: not null }).Select(l => Join(l.Extension, l.ExtensionName)).Distinct()),
            ["Voicemail"] = voicemail ?? "",
            ["Recording"] = recording ?? "",
        };
    }

    /// <summary>The text, when nobody gave one.</summary>
    /// <param name="call">The call.</param>
    /// <param name="values">Its values.</param>
    public static string Make(PbxCall call, IReadOnlyDictionary<string, string> values)
    {
        (string Label, string Value)[] lines =
        [
            ("Caller", values["Caller"]),
            ("As it came", values["Dialled"]),
            ("Called", values["Called"]),
            ("Queue", values["CalledQueue"]),
            ("When", values["When"]),
            ("Rang", values["Rang"]),
            ("Tried", values["Tried"]),
            ("Outcome", $"{call.KnownOutcome}"),
            ("Voicemail", values["Voicemail"]),
            ("Recording", values["Recording"]),
            ("Call", $"{call.CallId} on {call.Connection}"),
        ];
        return string.Join('\n', lines.Where(l => l.Value.Length > 0).Select(l => $"{l.Label}: {VisibleText.OfValue(l.Value)}"));
    }

    /// <summary>What a ticket is told when its caller was talked with.</summary>
    /// <param name="call">The talk.</param>
    public static string MakeReached(PbxCall call)
    {
        var who = Join(call.AnsweredBy ?? call.Extension, call.AnsweredBy is null || call.AnsweredBy == call.Extension ? call.ExtensionName : null);
        var when = (call.AnsweredAt ?? call.StartedAt).ToLocalTime().ToString(TimeForm, CultureInfo.InvariantCulture);
        return call.Direction == PbxDirection.Outbound
            ? $"Called back{(call.Extension is null ? "" : $" by {Join(call.Extension, call.ExtensionName)}")}, {when}. Call: {call.CallId} on {call.Connection}"
            : $"Reached{(who.Length == 0 ? "" : $" {who}")}, {when}. Call: {call.CallId} on {call.Connection}";
    }

    private static string Seconds(TimeSpan? time) => time is { } span && span >= TimeSpan.Zero
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Round(span.TotalSeconds)} s")
        : "";

    private static string Join(string? first, string? second) => string.Join(' ', new[] { first, second }.Where(t => !string.IsNullOrWhiteSpace(t)));
}
