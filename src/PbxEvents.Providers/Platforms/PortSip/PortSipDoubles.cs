using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>Knows an event that comes twice (portsip.md section 6), and counts it. Loop only.</summary>
/// <param name="host">Where doubles are counted.</param>
/// <param name="fields">The fields of the message at hand.</param>
internal sealed class PortSipDoubles(ISessionHost host, JsonFields fields)
{
    private readonly RecentMap<bool> _recent = new();

    /// <summary>The last word on each subject: more than any PBX has, and a server that invents them must not fill the memory.</summary>
    private readonly RecentMap<string> _lastOf = new(100_000);

    /// <summary>
    /// True when an event has come before. Of a call it is the same when <c>event_type</c>, <c>session_id</c>,
    /// <c>call_id</c> and <c>time</c> are, and the one who acted, since two parties can hold, two devices ring, and a menu and
    /// a person answer in one second. Of an extension or a queue it is a double when it repeats the last one to the letter: within a second a
    /// phone may ring, stop and ring again. Without a time nothing tells a double from the same thing happening again.
    /// </summary>
    public bool IsDouble(PbxEvent pbxEvent)
    {
        if (!fields.Has(PortSipFields.Time) && !fields.Has(PortSipFields.Timestamp))
            return false;
        if (fields.Text(PortSipFields.SessionId) is not { } session)
        {
            var subject = fields.Text(PortSipFields.Extension) ?? fields.Text(PortSipFields.ExtensionNumber) ?? fields.Text(PortSipFields.QueueId);
            return IsRepeated($"{pbxEvent.Name}/{subject}", pbxEvent.Id);
        }
        var actor = fields.Address(PortSipFields.Aor) ?? fields.Address(PortSipFields.Extension)
            ?? fields.Address(PortSipFields.Destination) ?? fields.Address(PortSipFields.DestinationMisspelt);
        actor ??= pbxEvent.Name switch
        {
            "call_established" => fields.Address(PortSipFields.CallTarget),
            "call_update_info" => $"{fields.Address(PortSipFields.Caller)}-{fields.Address(PortSipFields.Callee)}",
            var name when name.Contains("target_", StringComparison.Ordinal) => fields.Address(PortSipFields.CallTarget) ?? pbxEvent.Id,
            _ => null,
        };
        return !IsFirst(pbxEvent,
            $"{pbxEvent.Name}/{session}/{fields.Text(PortSipFields.CallId)}/{pbxEvent.Time.ToUnixTimeSeconds()}{(actor is null ? "" : $"/{actor}")}");
    }

    /// <summary>True for the first event with this key, which becomes its id.</summary>
    public bool IsFirst(PbxEvent pbxEvent, string key)
    {
        if (!_recent.Add(key, true))
        {
            host.CountDuplicate();
            return false;
        }
        pbxEvent.Id = key;
        return true;
    }

    /// <summary>True when the last word on a subject comes again.</summary>
    public bool IsRepeated(string subject, string content)
    {
        if (_lastOf.TryGet(subject, out var last) && last == content)
        {
            host.CountDuplicate();
            return true;
        }
        _lastOf.Set(subject, content);
        return false;
    }
}
