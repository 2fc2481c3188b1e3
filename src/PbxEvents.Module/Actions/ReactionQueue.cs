using PbxEvents.Providers;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Module.Actions;

/// <summary>
/// What waits for the actions of one connection. It holds no events of its own: it is a place in the connection's log, so
/// it is bounded by the buffer, in order over all actions, and costs the connection nothing. A task looks ahead and rings
/// when something is there for an action; the pipeline thread takes it out.
/// </summary>
internal sealed class ReactionQueue : IDisposable
{
    private readonly PbxClient _client;
    private readonly EventCursor _cursor;
    private readonly Action _ring;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Queue<(Reaction Reaction, PbxEvent Event, bool IsAgain)> _extra = new();
    private volatile Reaction[] _reactions = [];
    private PbxEvent? _current;
    private int _next;

    /// <param name="client">The connection.</param>
    /// <param name="after">The sequence after which it begins.</param>
    /// <param name="ring">Called, on any thread, when there is something to take.</param>
    public ReactionQueue(PbxClient client, long after, Action ring)
    {
        _client = client;
        _ring = ring;
        _cursor = client.Events.OpenCursor(after);
        _ = Task.Run(() => LookAheadAsync(client.Events.OpenCursor(after)));
    }

    public PbxClient Client => _client;

    public bool IsEmpty => _reactions.Length == 0;

    /// <summary>Adds an action. What came for it since its subscription was sent is not lost to it. Pipeline thread.</summary>
    public void Add(Reaction reaction)
    {
        var start = reaction.Subscription.StartSequence;
        var passed = _current is null ? _cursor.Position : _cursor.Position - 1;
        var cursor = _client.Events.OpenCursor(start);
        while (cursor.Position < passed && cursor.TryRead(out var missed, out var gap))
        {
            if (gap is not null)
                reaction.Subscription.AddGap(gap);
            if (missed!.Sequence <= passed && reaction.Wants(missed))
                _extra.Enqueue((reaction, missed, false));
        }
        _reactions = [.. _reactions, reaction];
        _ring();
    }

    /// <summary>Ends an action. Any thread.</summary>
    public void Remove(PbxSubscription subscription)
    {
        foreach (var reaction in _reactions)
        {
            if (ReferenceEquals(reaction.Subscription, subscription))
                reaction.IsOver = true;
        }
    }

    /// <summary>Puts an event in front for one action. Pipeline thread.</summary>
    /// <returns>False when the subscription has no action here any more.</returns>
    public bool Repeat(PbxSubscription subscription, PbxEvent pbxEvent)
    {
        var reaction = Array.Find(_reactions, r => ReferenceEquals(r.Subscription, subscription) && !r.IsOver);
        if (reaction is null)
            return false;
        _extra.Enqueue((reaction, pbxEvent, true));
        _ring();
        return true;
    }

    /// <summary>True when there is something to take, or to be told. Pipeline thread.</summary>
    public bool HasNext(Action<ReactionQueue, PbxGap> tellGap)
    {
        if (_extra.Count > 0)
            return true;
        while (true)
        {
            if (_current is not null)
            {
                var reactions = _reactions;
                for (; _next < reactions.Length; _next++)
                {
                    if (reactions[_next].Wants(_current))
                        return true;
                }
                _current = null;
            }
            DropOver();
            if (_reactions.Length == 0 || !_cursor.TryRead(out var pbxEvent, out var gap))
                return false;
            if (gap is not null)
                tellGap(this, gap);
            _current = pbxEvent;
            _next = 0;
        }
    }

    /// <summary>Takes the next event and the action to run for it, again where somebody asked for that. Only after <see cref="HasNext"/>. Pipeline thread.</summary>
    public (Reaction Reaction, PbxEvent Event, bool IsAgain) Take() =>
        _extra.TryDequeue(out var extra) ? extra : (_reactions[_next++], _current!, false);

    /// <summary>How many runs of actions are still to come. Pipeline thread.</summary>
    public long CountWaiting()
    {
        long count = _extra.Count;
        if (_current is not null)
            count += _reactions.Skip(_next).Count(r => r.Wants(_current));
        var ahead = _client.Events.OpenCursor(_cursor.Position);
        while (ahead.TryRead(out var waiting, out _))
            count += _reactions.Count(r => r.Wants(waiting!));
        return count;
    }

    /// <summary>Tells all actions that events passed them by.</summary>
    public void AddGap(PbxGap gap)
    {
        foreach (var reaction in _reactions)
            reaction.Subscription.AddGap(gap);
    }

    public void Dispose()
    {
        foreach (var reaction in _reactions)
            reaction.IsOver = true;
        _stopping.Cancel();
        _stopping.Dispose();
    }

    /// <summary>Only between two events: the place in the list must not move under the event at hand.</summary>
    private void DropOver()
    {
        if (Array.Exists(_reactions, r => r.IsOver))
            _reactions = Array.FindAll(_reactions, r => !r.IsOver);
    }

    private async Task LookAheadAsync(EventCursor ahead)
    {
        try
        {
            var token = _stopping.Token;
            while (await ahead.WaitAsync(token).ConfigureAwait(false))
            {
                var isWanted = false;
                while (ahead.TryRead(out var pbxEvent, out var gap))
                    isWanted = isWanted || gap is not null || Array.Exists(_reactions, r => r.Wants(pbxEvent!));
                if (isWanted)
                    _ring();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The queue is not needed any more.
        }
    }
}
