using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>From Yeastar's frames to events and call updates (yeastar.md sections 5 and 6).</summary>
internal sealed class YeastarEvents
{
    private readonly ISessionHost _host;
    private readonly JsonFields _fields;
    private readonly YeastarMembers _members;
    private readonly YeastarTimes _times;
    private readonly YeastarOverlap _overlap = new();

    /// <param name="host">Where everything goes.</param>
    /// <param name="pool">Where texts come from.</param>
    /// <param name="isWanted">True for a topic that is subscribed to.</param>
    /// <param name="server">Host and port.</param>
    /// <param name="zone">The PBX's time zone.</param>
    public YeastarEvents(
        ISessionHost host, Utf8Pool pool, Func<int, bool> isWanted, string server, TimeZoneInfo zone)
    {
        _host = host;
        _times = new YeastarTimes(zone);
        _fields = new JsonFields(YeastarFields.Names, pool);
        _members = new YeastarMembers(pool);
        Calls = new YeastarCalls(host, _fields, _members, Queues, _times, isWanted, server);
    }

    /// <summary>What they say of calls.</summary>
    public YeastarCalls Calls { get; }

    /// <summary>The queues that they and the subscriptions name.</summary>
    public YeastarQueues Queues { get; } = new();

    /// <summary>Two links are open from now on.</summary>
    /// <param name="oldLink">The one that is to go.</param>
    /// <param name="newLink">The one that takes over.</param>
    public void BeginOverlap(int oldLink, int newLink) => _overlap.Begin(oldLink, newLink);

    /// <summary>The new link has brought everything that the old one has, as far as anybody can know.</summary>
    public void EndOverlap()
    {
        if (_overlap.IsCatchingUp)
            ReleaseHeld();
    }

    /// <summary>A link is gone.</summary>
    /// <param name="link">The link.</param>
    /// <param name="wasReady">True when it was more than an attempt.</param>
    /// <returns>True when another link has taken over from it and has to catch up before <see cref="EndOverlap"/>.</returns>
    public bool LinkClosed(int link, bool wasReady)
    {
        if (_overlap.IsSuccessor(link) && !wasReady && !_overlap.IsCatchingUp)
            _overlap.Forget();
        else if (_overlap.IsOn && _overlap.LinkClosed(link))
            ReleaseHeld();
        return _overlap.IsCatchingUp;
    }

    /// <summary>An event.</summary>
    /// <param name="link">The link that brought it.</param>
    /// <param name="message">The event.</param>
    public void Received(int link, in YeastarMessage message)
    {
        var members = Read(message);
        if (_overlap.IsNew(link))
        {
            if (!_overlap.Hold(KeyOf(message, members), message))
                ReleaseHeld();
            return;
        }
        if (_overlap.IsOld(link))
        {
            // After a release that could not wait for the end of the old link, the new one brings what is left.
            if (!_overlap.IsOn)
                return;
            _overlap.Note(KeyOf(message, members));
        }
        Pass(message, members);
    }

    private void ReleaseHeld()
    {
        var fresh = _overlap.Release(out var doubles);
        foreach (var message in fresh)
            Pass(message, Read(message));
        for (; doubles > 0; doubles--)
            _host.CountDuplicate();
    }

    /// <summary>Reads the payload. One that is no object has no fields.</summary>
    /// <returns>The members in it; they live until the next call.</returns>
    private IReadOnlyList<YeastarMember> Read(in YeastarMessage message)
    {
        _fields.Read(message.Payload);
        return _members.Read(_fields.Json(YeastarFields.Members));
    }

    private void Pass(in YeastarMessage message, IReadOnlyList<YeastarMember> members)
    {
        var id = message.Id;
        var row = YeastarCatalogue.Find(id);
        var pbxEvent = new PbxEvent
        {
            Category = row?.Category ?? PbxCategory.Unknown,
            Name = message.Name,
            Topic = row?.Topic ?? message.Name,
            Payload = _fields.ToShow(message.Payload, members),
        };
        switch (id)
        {
            case YeastarTopics.CallState or YeastarTopics.Transfer or YeastarTopics.Forwarding or YeastarTopics.Failure
                or YeastarTopics.IncomingRequest or YeastarTopics.Dtmf or YeastarTopics.PromptPlayed:
                Calls.MembersReceived(pbxEvent, id, members);
                break;
            case YeastarTopics.Record:
                Calls.RecordReceived(pbxEvent);
                break;
            default:
                Fill(pbxEvent, id);
                break;
        }
    }

    // ---- the rest --------------------------------------------------------------------------------------------------

    private void Fill(PbxEvent pbxEvent, int id)
    {
        CallUpdate? update = null;
        QueueUpdate? queue = null;
        switch (id)
        {
            case YeastarTopics.Registration:
                pbxEvent.Extension = _fields.Text(YeastarFields.Extension);
                pbxEvent.IsRegistered = _fields.Is(YeastarFields.Status, "Registered") ? true : _fields.Is(YeastarFields.Status, "Unregistered") ? false : null;
                break;
            case YeastarTopics.TrunkRegistration:
                pbxEvent.Extension = _fields.Text(YeastarFields.TrunkName);
                pbxEvent.IsRegistered = IsTrunkUp(_fields.Number(YeastarFields.Status));
                break;
            case YeastarTopics.ExtensionState or YeastarTopics.Presence or YeastarTopics.CstaReport:
                // The call_id of a uaCSTA report is of another kind (section 5.1): it would join what does not belong together.
                pbxEvent.Extension = _fields.Text(YeastarFields.Extension);
                break;
            case YeastarTopics.ExtensionUpdated:
                pbxEvent.Extension = _fields.Text(YeastarFields.ExtNumber);
                break;
            case YeastarTopics.AgentPaused or YeastarTopics.AgentStatus or YeastarTopics.AgentTimeout:
                update = FillAgent(pbxEvent, id);
                queue = ReadAgent(pbxEvent, id);
                break;
            case YeastarTopics.Survey:
                pbxEvent.CallId = _fields.Text(YeastarFields.CallId);
                break;
            case YeastarTopics.CallNote:
                pbxEvent.Extension = _fields.Text(YeastarFields.ExtNum);
                pbxEvent.LegId = _fields.Text(YeastarFields.Channel);
                break;
            case YeastarTopics.SystemInfo or YeastarTopics.SystemWarning or YeastarTopics.SystemAlert:
                pbxEvent.Time = _times.Read(_fields.Text(YeastarFields.CreateTime)) ?? default;
                break;
            case YeastarTopics.Timeline:
                FillTimeline(pbxEvent);
                break;
        }
        _host.Emit(pbxEvent, update, queue);
    }

    /// <summary>Section 5.1: the numbers of other lines than SIP trunks tell nothing about a registration.</summary>
    private static bool? IsTrunkUp(long? status) => status switch
    {
        1 or 2 or 3 => true,
        4 or 41 or 42 or 43 or 44 => false,
        _ => null,
    };

    /// <summary>The agent's status in the platform's own word; the other agent events do not tell it.</summary>
    private QueueUpdate? ReadAgent(PbxEvent pbxEvent, int id)
    {
        if (id != YeastarTopics.AgentStatus || pbxEvent is not { Queue: { } queue, Extension: { } agent })
            return null;
        var update = new QueueUpdate(queue);
        update.Agents.Add(new PbxQueueAgent { Extension = agent, State = _fields.Text(YeastarFields.Status), Since = default });
        return update;
    }

    private CallUpdate? FillAgent(PbxEvent pbxEvent, int id)
    {
        pbxEvent.Queue = YeastarQueues.Strip(_fields.Text(YeastarFields.QueueNumber));
        pbxEvent.Extension = _fields.Text(YeastarFields.AgentNumber);
        Queues.Add(pbxEvent.Queue);
        if (id != YeastarTopics.AgentTimeout)
            return null;
        pbxEvent.From = SipAddress.NumberOf(_fields.Text(YeastarFields.CallerNumber));
        pbxEvent.CallId = _fields.Text(YeastarFields.CallId);
        return Calls.AgentMissed(pbxEvent);
    }

    private void FillTimeline(PbxEvent pbxEvent)
    {
        pbxEvent.CallId = Calls.CallOf(_fields.Text(YeastarFields.Uid));
        pbxEvent.From = SipAddress.NumberOf(_fields.Text(YeastarFields.CallFrom));
        pbxEvent.To = SipAddress.NumberOf(_fields.Text(YeastarFields.CallTo));
        pbxEvent.Time = _times.Read(_fields.Text(YeastarFields.TimeStart)) + (_fields.Seconds(YeastarFields.CallDuration) ?? TimeSpan.Zero) ?? default;
    }

    /// <summary>Section 6.3: what makes an event the same one on two links.</summary>
    private string KeyOf(in YeastarMessage message, IReadOnlyList<YeastarMember> members) => message.Id switch
    {
        YeastarTopics.CallState => $"{message.Name}|{_fields.Text(YeastarFields.CallId)}|{string.Join(',', members.Select(m => $"{m.Channel}={m.Status}"))}",
        YeastarTopics.Record => $"{message.Name}|{YeastarRecord.KeyOf(_fields)}",
        _ => $"{message.Name}|{Encoding.UTF8.GetString(message.Payload.Span)}",
    };
}
