using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>From PortSIP's messages about queues, their callers and their agents to events (portsip.md section 4.4).</summary>
/// <param name="host">Where they go.</param>
/// <param name="fields">The fields of the message at hand.</param>
/// <param name="entry">The fields of the entry at hand of one of its lists.</param>
/// <param name="directory">What is known of the PBX's numbers.</param>
/// <param name="calls">What becomes of the calls.</param>
/// <param name="doubles">Knows what came before.</param>
internal sealed class PortSipQueues(
    ISessionHost host, JsonFields fields, JsonFields entry, PortSipDirectory directory, PortSipCalls calls, PortSipDoubles doubles)
{
    /// <summary>The full picture of a queue: always state, never news (section 4.4).</summary>
    /// <returns>The queue's number.</returns>
    public string? ReceiveQueue(PbxEvent shape)
    {
        var queue = fields.Text(PortSipFields.QueueNumber);
        directory.AddQueue(queue, fields.Text(PortSipFields.QueueId));
        var picture = queue is null ? null : new QueueUpdate(queue) { IsPicture = true, Name = fields.Text(PortSipFields.QueueName) };
        foreach (var json in fields.Entries(PortSipFields.Agents))
        {
            entry.Read(json);
            TellAgent(picture, LearnAgent(), PortSipFields.AgentState);
        }
        var callers = fields.Entries(PortSipFields.WaitingList);
        if (callers.Count == 0)
        {
            var pictured = PortSipEvents.Part(shape, null);
            pictured.Queue = queue;
            pictured.Synthesized = true;
            host.Emit(pictured, null, picture);
        }
        foreach (var caller in callers)
        {
            entry.Read(caller);
            TellCaller(picture);
        }
        for (var i = 0; i < callers.Count; i++)
        {
            entry.Read(callers[i]);
            var waiting = PortSipEvents.Part(shape, callers.Count == 1 ? null : i);
            waiting.Queue = queue;
            waiting.Synthesized = true;
            waiting.CallId = entry.Text(PortSipFields.SessionId);
            waiting.From = entry.Party(PortSipFields.CallerNumber);

            // The caller came when the list says; the picture itself is of now.
            waiting.Time = entry.Moment(PortSipFields.Timestamp) ?? shape.Time;

            // The whole picture goes with its first part.
            var call = waiting.CallId is { } session ? calls.TranslateWaiting(session, queue, waiting.From) : null;
            host.Emit(waiting, PortSipEvents.Hide(call, entry.HidesCaller()), i == 0 ? picture : null);
        }
        return queue;
    }

    /// <summary>Callers entered a queue or left it.</summary>
    public void ReceiveCallers(PbxEvent shape)
    {
        var queue = QueueOfMessage();
        var callers = fields.Entries(PortSipFields.UpdatedCallers);
        if (callers.Count == 0)
        {
            var empty = PortSipEvents.Part(shape, null);
            empty.Queue = queue;
            host.Emit(empty);
        }
        for (var i = 0; i < callers.Count; i++)
        {
            entry.Read(callers[i]);
            var session = entry.Text(PortSipFields.SessionId);
            var reason = entry.Word(PortSipFields.Reason);
            var time = entry.Moment(PortSipFields.Timestamp) ?? shape.Time;
            var pbxEvent = PortSipEvents.Part(shape, callers.Count == 1 ? null : i);
            if (session is not null && entry.Has(PortSipFields.Timestamp)
                && !doubles.IsFirst(pbxEvent, $"{shape.Name}/{fields.Text(PortSipFields.QueueId)}/{session}/{reason}/{time.ToUnixTimeSeconds()}"))
            {
                continue;
            }
            pbxEvent.Queue = queue;
            pbxEvent.Time = time;
            pbxEvent.CallId = session;
            pbxEvent.From = entry.Party(PortSipFields.CallerNumber);
            var update = queue is null ? null : new QueueUpdate(queue);
            if (reason == "ENQUEUE")
                TellCaller(update);
            else if (session is not null)
                update?.Left.Add(session);
            var call = session is null ? null : calls.TranslateQueue(session, queue, pbxEvent.From, reason, time);
            host.Emit(pbxEvent, PortSipEvents.Hide(call, entry.HidesCaller()), update);
        }
    }

    /// <summary>Agents of a queue changed, or went.</summary>
    public void ReceiveAgents(PbxEvent shape)
    {
        var queue = QueueOfMessage();
        var updated = fields.Entries(PortSipFields.UpdatedAgents);
        var removed = fields.Entries(PortSipFields.RemovedAgents);
        var count = updated.Count + removed.Count;
        if (count == 0)
        {
            var empty = PortSipEvents.Part(shape, null);
            empty.Queue = queue;
            host.Emit(empty);
        }
        for (var i = 0; i < count; i++)
        {
            var isRemoved = i >= updated.Count;
            entry.Read(isRemoved ? removed[i - updated.Count] : updated[i]);
            var agent = LearnAgent();
            var session = entry.Text(PortSipFields.SessionId);
            var time = entry.Moment(PortSipFields.Timestamp);
            var pbxEvent = PortSipEvents.Part(shape, count == 1 ? null : i);
            if (!isRemoved && time is { } moment && doubles.IsRepeated($"{shape.Name}/{fields.Text(PortSipFields.QueueId)}/{agent}",
                    $"{entry.Word(PortSipFields.AgentState)}/{session}/{moment.ToUnixTimeSeconds()}"))
            {
                continue;
            }
            pbxEvent.Queue = queue;
            pbxEvent.Time = time ?? shape.Time;
            pbxEvent.Extension = agent;
            pbxEvent.CallId = session is "0" ? null : session;
            pbxEvent.From = entry.Party(PortSipFields.CallerNumber);
            var update = queue is null ? null : new QueueUpdate(queue);
            if (!isRemoved)
                TellAgent(update, agent, PortSipFields.AgentState);
            else if (agent is not null)
                update?.Gone.Add(agent);
            host.Emit(pbxEvent, null, update);
        }
    }

    /// <summary>An extension's state as an agent, in each of its queues.</summary>
    public void ReceiveAgentStates(PbxEvent shape)
    {
        if (doubles.IsDouble(shape))
            return;
        shape.Extension = fields.Party(PortSipFields.Extension);
        directory.AddExtension(shape.Extension);
        var queues = fields.Entries(PortSipFields.AgentStatus);
        if (queues.Count == 0)
            host.Emit(shape);
        for (var i = 0; i < queues.Count; i++)
        {
            entry.Read(queues[i]);
            var pbxEvent = PortSipEvents.Part(shape, queues.Count == 1 ? null : i);
            pbxEvent.Queue = entry.Text(PortSipFields.QueueNumber);
            directory.AddQueue(pbxEvent.Queue);
            var update = pbxEvent.Queue is { } queue ? new QueueUpdate(queue) : null;
            TellAgent(update, shape.Extension, PortSipFields.Status);
            host.Emit(pbxEvent, null, update);
        }
    }

    /// <summary>The agent of the entry at hand, with the platform's own word for its state.</summary>
    private void TellAgent(QueueUpdate? update, string? agent, Field state)
    {
        if (agent is not null)
        {
            update?.Agents.Add(new PbxQueueAgent
            {
                Extension = agent,
                State = entry.Text(state),
                Since = entry.Moment(PortSipFields.Timestamp) ?? default,
            });
        }
    }

    /// <summary>The caller of the entry at hand.</summary>
    private void TellCaller(QueueUpdate? update)
    {
        if (entry.Text(PortSipFields.SessionId) is { } session)
        {
            update?.Entered.Add(new PbxQueueCaller
            {
                CallId = session,
                From = entry.Party(PortSipFields.CallerNumber),
                FromName = entry.HidesCaller() ? null : entry.Text(PortSipFields.QueueCallerName),
                Position = (int?)entry.Number(PortSipFields.Position),
                EnteredAt = entry.Moment(PortSipFields.Timestamp) ?? default,
            });
        }
    }

    /// <summary>The agent of the entry at hand, and the call the queue says it has.</summary>
    private string? LearnAgent()
    {
        var agent = entry.Party(PortSipFields.AgentExtension);
        directory.AddExtension(agent);
        if (agent is not null)
            calls.AgentHas(agent, entry.Word(PortSipFields.AgentState) == "QUEUECALL" ? entry.Text(PortSipFields.SessionId) : null);
        return agent;
    }

    /// <summary>The queue of the message at hand. Most queue events name it by its id only; the snapshot tells the number.</summary>
    public string? QueueOfMessage() =>
        fields.Text(PortSipFields.QueueNumber) ?? directory.QueueOf(fields.Text(PortSipFields.QueueId));
}
