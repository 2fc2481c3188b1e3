using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>
/// The calls that go on now, from the states of employees and queues (history/telecomx-history.md section 1), whose form is in part not
/// published: whatever names a call counts.
/// </summary>
internal sealed class TelecomXRunning
{
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly List<(string Number, DateTimeOffset Since)> _callers = [];

    /// <summary>The queues there are.</summary>
    public IReadOnlyList<string> Queues { get; private set; } = [];

    /// <summary>Takes note of the queues and of who waits in them.</summary>
    public void AddQueues(IReadOnlyList<JsonElement> queues)
    {
        Queues = [.. queues.Select(q => TelecomXJson.Text(q, "_id")).OfType<string>().Distinct()];
        Add(queues);
    }

    /// <summary>Takes note of the calls in a list.</summary>
    public void Add(IReadOnlyList<JsonElement> rows)
    {
        foreach (var row in rows)
            Collect(row);
    }

    /// <summary>
    /// True when a call goes on: it is named, or its caller, who talked and may have been passed on, has a call now that began in its time.
    /// </summary>
    public bool Has(TelecomXRecordedCall call)
    {
        if (call.Ids.Any(_ids.Contains))
            return true;
        var number = TelecomXJson.Tail(call.First.CallerNumber);
        return call.First.IsFromOutside && call.Rows[^1].AnsweredAt is not null && number is not null
            && _callers.Exists(c => c.Number == number && c.Since >= call.First.StartedAt && c.Since <= call.EndedAt + TelecomXRecordedCalls.Seam);
    }

    private void Collect(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                Collect(item);
        }
        if (element.ValueKind != JsonValueKind.Object)
            return;
        foreach (var name in (string[])["sessionId", "channel", "channelId", "callId"])
        {
            if (TelecomXJson.Text(element, name) is { } id)
                _ids.Add(id);
        }
        var caller = JsonMember.Part(element, "caller");
        var number = TelecomXJson.Tail(SipAddress.NumberOf(TelecomXJson.Text(caller, "number") ?? TelecomXJson.Text(element, "caller") ?? TelecomXJson.Text(element, "number")));
        if (number is not null && (TelecomXJson.Time(element, "started") ?? TelecomXJson.Time(element, "entered")) is { } since)
            _callers.Add((number, since));
        foreach (var member in element.EnumerateObject())
            Collect(member.Value);
    }
}
