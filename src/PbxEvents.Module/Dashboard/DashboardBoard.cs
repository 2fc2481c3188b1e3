using PbxEvents.Module.Reading;
using PbxEvents.Providers;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Module.Dashboard;

/// <summary>
/// What the page shows now. One task of its own reads the events of all connections at cursors, at its own pace, and makes the sections anew
/// that have changed, a few times a second at most. Who looks takes the newest of each: nothing is queued for anybody. Any thread.
/// </summary>
internal sealed class DashboardBoard : IAsyncDisposable
{
    /// <summary>So many events are read before the page is made.</summary>
    private const int MostEvents = 5000;

    /// <summary>The shortest time from one page to the next.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>How often it looks for connections that were opened or closed.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How often it looks at what no event tells, such as how long a connection has been silent, and lists all calls anew.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    private readonly Func<IReadOnlyList<PbxClient>> _connections;
    private readonly Func<IReadOnlyList<PbxHealth>> _health;
    private readonly PageSections _sections;
    private readonly TimeZoneInfo _zone;
    private readonly TimeProvider _clock;
    private readonly DayBook _book;
    private readonly Dictionary<PbxClient, EventCursor> _cursors = [];
    private readonly Dictionary<(string, string), PbxCall> _live = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private volatile PageSection[] _current = [];
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastBeat;

    /// <param name="connections">The connections there are.</param>
    /// <param name="health">How all stands.</param>
    /// <param name="nameOf">Who has a number; null for nobody.</param>
    /// <param name="serviceLevel">Who is answered within this time is answered in time; who waits longer waits too long.</param>
    /// <param name="zone">Whose clock says what day it is.</param>
    /// <param name="clock">The clock.</param>
    public DashboardBoard(
        Func<IReadOnlyList<PbxClient>> connections, Func<IReadOnlyList<PbxHealth>> health, Func<string?, string?> nameOf, TimeSpan serviceLevel, TimeZoneInfo zone, TimeProvider clock)
    {
        (_connections, _health, _zone, _clock) = (connections, health, zone, clock);
        _sections = new PageSections(nameOf, serviceLevel);
        _book = new DayBook(serviceLevel, zone);
        _running = Task.Run(RunAsync);
    }

    /// <summary>The sections as they stand; empty before the first look.</summary>
    public IReadOnlyList<PageSection> Current => _current;

    /// <summary>Waits until there are other sections than those that were seen.</summary>
    /// <param name="seen">What <see cref="Current"/> was.</param>
    /// <param name="limit">How long it waits at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task WaitAsync(IReadOnlyList<PageSection> seen, TimeSpan limit, CancellationToken cancellationToken)
    {
        // Taken before the look, so that no change falls in between.
        var changed = _changed.Task;
        if (!ReferenceEquals(_current, seen))
            return;
        using var rest = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(changed, Task.Delay(limit, _clock, rest.Token)).ConfigureAwait(false);
        await rest.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var stream = new EventStream([]);
            try
            {
                stream = Turn();
            }
            catch (Exception e)
            {
                // Nobody else is there to be told: the page says it, and it is tried again.
                Replace([.. _current.Where(s => s.Name != "fault"), PageSections.Fault(e.Message)]);
                _lastBeat = 0;
            }
            await WaitAsync(stream).ConfigureAwait(false);
        }
    }

    /// <summary>Takes what has come and makes the page.</summary>
    /// <returns>What to wait for.</returns>
    private EventStream Turn()
    {
        var connections = _connections();
        var isNew = Follow(connections);
        var stream = new EventStream([.. _cursors.Select(c => (c.Key, c.Value))]);
        if (_book.Turn(_clock.GetUtcNow()) || isNew || _lastBeat == 0 || _clock.GetElapsedTime(_lastBeat) >= Beat)
        {
            _lastBeat = _clock.GetTimestamp();
            Read(stream);
            ListAll(connections);
            Publish(connections, isBeat: true);
        }
        else if (Read(stream))
        {
            Publish(connections, isBeat: false);
        }
        return stream;
    }

    private async Task WaitAsync(EventStream stream)
    {
        await Task.Delay(Pause, _clock, _stopping.Token).ConfigureAwait(false);
        using var rest = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var look = Task.Delay(Interval - Pause, _clock, rest.Token);
        await (stream.IsComplete ? look : Task.WhenAny(stream.WaitAsync(rest.Token), look)).ConfigureAwait(false);
        await rest.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Puts a cursor to the end of each connection that is new. What was before is in its list of calls.</summary>
    /// <returns>True when connections came or went.</returns>
    private bool Follow(IReadOnlyList<PbxClient> connections)
    {
        var gone = _cursors.Keys.Except(connections).ToArray();
        var come = connections.Where(c => !_cursors.ContainsKey(c)).ToArray();
        Array.ForEach(gone, c => _cursors.Remove(c));
        Array.ForEach(come, c => _cursors[c] = c.Events.OpenCursor(c.Events.Head));
        return gone.Length + come.Length > 0;
    }

    /// <summary>Takes what has come.</summary>
    /// <returns>True when there was something.</returns>
    private bool Read(EventStream stream)
    {
        var count = 0;
        while (count < MostEvents && stream.TryRead(out var pbxEvent, out var gap))
        {
            count++;

            // What was overtaken, or may have changed without an event of its own, is in the list.
            if (gap is not null || pbxEvent!.Category == PbxCategory.Connection)
                _lastBeat = 0;
            if (pbxEvent?.Call is not { } call)
                continue;
            if (call.State == PbxCallState.Ended)
                _live.Remove((call.Connection, call.CallId));
            else
                _live[(call.Connection, call.CallId)] = call;
            _book.Add(call);
        }
        return count > 0;
    }

    private void ListAll(IReadOnlyList<PbxClient> connections)
    {
        _live.Clear();
        foreach (var call in connections.SelectMany(c => c.GetCalls()))
        {
            if (call.State != PbxCallState.Ended)
                _live[(call.Connection, call.CallId)] = call;
            _book.Add(call);
        }
    }

    private void Publish(IReadOnlyList<PbxClient> connections, bool isBeat)
    {
        var now = _clock.GetUtcNow();
        var queues = connections.SelectMany(c => c.GetQueues()).ToArray();
        List<PageSection> made =
        [
            _sections.Day(_book, KnownSince(connections)), _sections.Calls(_live.Values, now), _sections.Unreached(_book), _sections.Queues(queues), PageSections.Agents(queues),
            .. isBeat || _current.Length == 0 ? [PageSections.Health(_health(), connections), PageSections.Gaps(connections)] : _current.Where(s => s.Name is "health" or "gaps"),
        ];

        Replace(made);
    }

    /// <summary>One that is the same stays the same object: that is how it is known whether it was sent.</summary>
    private void Replace(IReadOnlyList<PageSection> made)
    {
        PageSection[] next = [.. made.Select(s => Array.Find(_current, c => c == s) ?? s)];
        if (next.AsSpan().SequenceEqual(_current))
            return;
        _current = next;
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    /// <summary>Since when the calls of the day are known; null when since its beginning.</summary>
    private DateTimeOffset? KnownSince(IReadOnlyList<PbxClient> connections)
    {
        var latest = connections.Max(c => c.CallsSince);
        return latest is { } since && DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(since, _zone).DateTime) >= _book.Day ? since : null;
    }
}
