using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>
/// Keeps the queues of one connection: from what platforms say of queues themselves, and from the calls, which tell on every
/// platform which queue they came through and whether somebody has answered. Written on the loop; read anywhere.
/// </summary>
/// <param name="connection">The connection's name.</param>
/// <param name="provider">The platform.</param>
/// <param name="names">The names of extensions and queues.</param>
internal sealed class QueueTracker(string connection, string provider, NameBook names)
{
    /// <summary>A platform that names queues without end must not fill the memory; further queues are not kept.</summary>
    private const int MaxQueues = 1000;

    /// <summary>Further callers are counted by nobody; no queue is so patient.</summary>
    private const int MaxCalls = 20_000;

    private readonly object _gate = new();
    private readonly Dictionary<string, PbxQueue> _queues = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Place> _calls = new(StringComparer.Ordinal);

    private enum Stage
    {
        Waiting,
        Talking,
        Left,
    }

    /// <summary>The queues by number. Any thread.</summary>
    public IReadOnlyList<PbxQueue> GetQueues()
    {
        lock (_gate)
            return _queues.Values.OrderBy(q => q.Queue, StringComparer.Ordinal).Select(WithNames).ToArray();
    }

    /// <summary>The queue with the names that no event told. Looked up when somebody asks: a directory may be read after the last event.</summary>
    private PbxQueue WithNames(PbxQueue queue) => queue with
    {
        Name = queue.Name ?? names.OfQueue(queue.Queue),
        Agents = [.. queue.Agents.Select(a => a with { Name = names.OfExtension(a.Extension) })],
    };

    /// <summary>Takes an event in, after the call tracker has. Loop only.</summary>
    /// <param name="pbxEvent">The event.</param>
    /// <param name="update">What it says about a queue; null when it says nothing itself.</param>
    public void Apply(PbxEvent pbxEvent, QueueUpdate? update)
    {
        if (pbxEvent.Gap is { Recovery: not PbxGapRecovery.Recovered } gap)
            ForgetWaiting(gap.From);
        if (pbxEvent.Call is { Queue: not null } call)
            ApplyCall(pbxEvent, call);
        if (update is not null)
            ApplyUpdate(pbxEvent, update);
    }

    private void ApplyCall(PbxEvent pbxEvent, PbxCall call)
    {
        var isKnown = _calls.TryGetValue(call.CallId, out var place);
        if (call.State == PbxCallState.Ended)
        {
            if (isKnown)
                Leave(call.CallId, place, pbxEvent);
            _calls.Remove(call.CallId);
            if (pbxEvent.IsCallNews)
            {
                Change(call.Queue!, pbxEvent, q => q with
                {
                    IsCounted = true,
                    Answered = q.Answered + (call.AnsweredAt is null ? 0 : 1),
                    Lost = q.Lost + (call.AnsweredAt is null ? 1 : 0),
                });
            }
            return;
        }
        if (isKnown && place.Queue != call.Queue)
        {
            Leave(call.CallId, place, pbxEvent);
            isKnown = false;
        }
        var isTaken = call.AnsweredAt is { } at
            && (!isKnown || at >= place.Since || pbxEvent is { IsCallNews: true, CallState: PbxCallState.Answered });
        if (isTaken && !(isKnown && place.Stage == Stage.Talking))
        {
            if (isKnown)
                Leave(call.CallId, place, pbxEvent);
            Put(call.CallId, new Place(call.Queue!, Stage.Talking, call.AnsweredAt!.Value));
            Change(call.Queue!, pbxEvent, q => q with { IsCounted = true, Talking = q.Talking + 1 });
        }
        else if (!isKnown)
        {
            Enter(call.Queue!, new PbxQueueCaller { CallId = call.CallId, From = call.From, FromName = call.FromName, EnteredAt = pbxEvent.Time }, pbxEvent);
        }
    }

    private void ApplyUpdate(PbxEvent pbxEvent, QueueUpdate update)
    {
        Change(update.Queue, pbxEvent, q => q with
        {
            Name = update.Name ?? q.Name,
            IsCounted = q.IsCounted || update.IsPicture || update.Left.Count > 0,
            Agents = ApplyAgents(update.IsPicture ? [] : q.Agents, pbxEvent, update),
        });
        if (update.IsPicture)
        {
            foreach (var (id, place) in _calls.Where(c => c.Value is { Stage: Stage.Waiting } p && p.Queue == update.Queue).ToArray())
            {
                if (update.Entered.TrueForAll(e => e.CallId != id))
                    Leave(id, place, pbxEvent);
            }
        }
        foreach (var caller in update.Entered)
        {
            // A late word about a call that is over.
            if (pbxEvent.Call is { State: PbxCallState.Ended } ended && ended.CallId == caller.CallId)
                continue;
            if (_calls.TryGetValue(caller.CallId, out var place))
                Leave(caller.CallId, place, pbxEvent);
            Enter(update.Queue, caller, pbxEvent);
        }
        foreach (var id in update.Left.Select(VisibleText.OfValue))
        {
            if (_calls.TryGetValue(id!, out var place) && place.Queue == update.Queue && place.Stage == Stage.Waiting)
                Leave(id!, place, pbxEvent);
        }
    }

    private static IReadOnlyList<PbxQueueAgent> ApplyAgents(IReadOnlyList<PbxQueueAgent> agents, PbxEvent pbxEvent, QueueUpdate update)
    {
        if (update.Agents.Count == 0 && update.Gone.Count == 0)
            return agents;
        var next = agents.ToDictionary(a => a.Extension, StringComparer.Ordinal);
        foreach (var agent in update.Agents)
        {
            var told = agent.Since == default ? agent with { Since = pbxEvent.Time } : agent;
            next[agent.Extension] = next.TryGetValue(agent.Extension, out var before) && before.State == told.State && agent.Since == default ? before : told;
        }
        foreach (var extension in update.Gone)
            next.Remove(extension);
        return next.Values.OrderBy(a => a.Extension, StringComparer.Ordinal).ToArray();
    }

    private void Enter(string queue, PbxQueueCaller caller, PbxEvent pbxEvent)
    {
        if (_calls.Count >= MaxCalls)
            return;
        caller = caller with
        {
            EnteredAt = caller.EnteredAt == default ? pbxEvent.Time : caller.EnteredAt,
            Lag = pbxEvent.Synthesized ? TimeSpan.Zero : pbxEvent.ReceivedAt - pbxEvent.Time,
            ToldAt = pbxEvent.ReceivedAt,
        };
        if (Change(queue, pbxEvent, q => q with { IsCounted = true, Waiting = q.Waiting.Append(caller).OrderBy(c => c.EnteredAt).ToArray() }))
            Put(caller.CallId, new Place(queue, Stage.Waiting, caller.EnteredAt));
    }

    private void Leave(string callId, Place place, PbxEvent pbxEvent)
    {
        if (place.Stage == Stage.Waiting)
            Change(place.Queue, pbxEvent, q => q with { Waiting = q.Waiting.Where(c => c.CallId != callId).ToArray() });
        else if (place.Stage == Stage.Talking)
            Change(place.Queue, pbxEvent, q => q with { Talking = q.Talking - 1 });
        _calls[callId] = place with { Stage = Stage.Left };
    }

    /// <summary>Who waited before events were lost may be gone; only who is told of again is known to wait.</summary>
    private void ForgetWaiting(DateTimeOffset from)
    {
        lock (_gate)
        {
            foreach (var queue in _queues.Values.Where(q => q.Waiting.Any(c => c.ToldAt <= from)).ToArray())
            {
                foreach (var caller in queue.Waiting.Where(c => c.ToldAt <= from))
                {
                    if (_calls.TryGetValue(caller.CallId, out var place))
                        _calls[caller.CallId] = place with { Stage = Stage.Left };
                }
                _queues[queue.Queue] = queue with { Waiting = queue.Waiting.Where(c => c.ToldAt > from).ToArray() };
            }
        }
    }

    private void Put(string callId, Place place)
    {
        if (_calls.Count < MaxCalls)
            _calls[callId] = place;
    }

    /// <returns>False when there are too many queues to keep one more.</returns>
    private bool Change(string queue, PbxEvent pbxEvent, Func<PbxQueue, PbxQueue> change)
    {
        lock (_gate)
        {
            if (!_queues.TryGetValue(queue, out var before))
            {
                if (_queues.Count >= MaxQueues)
                    return false;
                before = new PbxQueue { Queue = queue, Connection = connection, Provider = provider };
            }
            _queues[queue] = change(before) with { LastEventAt = pbxEvent.ReceivedAt };
            return true;
        }
    }

    /// <summary>Where a call is in a queue, and since when.</summary>
    private readonly record struct Place(string Queue, Stage Stage, DateTimeOffset Since);
}
