using System.Globalization;
using PbxEvents.Module.Views;

namespace PbxEvents.Module.Watching;

/// <summary>The screen of <c>Watch-PbxQueue</c>: the queues, then who waits, the longest first, then the agents.</summary>
internal sealed class QueueView : ILiveView
{
    private const int Margin = 3;

    private readonly Func<IReadOnlyList<PbxConnection>> _connections;
    private readonly Func<IEnumerable<PbxQueue>> _queues;
    private readonly TimeSpan _serviceLevel;
    private readonly Glyphs _glyphs;
    private readonly ConnectionHeader _header;
    private readonly LiveTable<PbxQueue> _queueTable;
    private readonly LiveTable<Caller> _callerTable;
    private readonly LiveTable<Agent> _agentTable;
    private readonly ChangeMarks _queueMarks = new();
    private readonly ChangeMarks _callerMarks = new();
    private readonly ChangeMarks _agentMarks = new();
    private DateTimeOffset _now;

    /// <param name="connections">Gives the connections.</param>
    /// <param name="queues">Gives the queues that are to be seen, as they stand.</param>
    /// <param name="serviceLevel">Who waits longer waits too long.</param>
    /// <param name="glyphs">The signs.</param>
    public QueueView(Func<IReadOnlyList<PbxConnection>> connections, Func<IEnumerable<PbxQueue>> queues, TimeSpan serviceLevel, Glyphs glyphs)
    {
        _connections = connections;
        _queues = queues;
        _serviceLevel = serviceLevel;
        _glyphs = glyphs;
        _header = new ConnectionHeader(glyphs);
        _queueTable = new LiveTable<PbxQueue>(
        [
            new("Queue", 0, 6, 30, q => new LiveText(NameOf(q), Tone.Strong)),
            new("Connection", 8, 8, 20, q => new LiveText(ConnectionOf(q.Connection))) { IsOptional = true },
            new("Waiting", 1, 7, 7, q => new LiveText(Count(q.WaitingCount), ToneOf(q))) { IsRightAligned = true },
            new("Longest", 2, 7, 9, q => new LiveText(q.Waiting.Count == 0 ? "" : TimeText.Clock(q.Waiting.Max(Wait)), ToneOf(q))) { IsRightAligned = true },
            new("Talking", 4, 7, 7, q => new LiveText(q.IsCounted ? Count(q.Talking) : "", q.Talking > 0 ? Tone.Good : Tone.Plain)) { IsRightAligned = true },
            new("Answered", 6, 8, 8, q => new LiveText(q.IsCounted ? Count(q.Answered) : "")) { IsRightAligned = true },
            new("Lost", 5, 4, 6, q => new LiveText(q.IsCounted ? Count(q.Lost) : "", q.Lost > 0 ? Tone.Bad : Tone.Plain)) { IsRightAligned = true },
            new("Agents", 3, 6, 60, q => new LiveText(AgentsOf(q))),
        ],
        glyphs);
        _callerTable = new LiveTable<Caller>(
        [
            new("Waiting", 1, 7, 9, c => new LiveText(TimeText.Clock(Wait(c.Who)), ToneOf(Wait(c.Who)))) { IsRightAligned = true },
            new("Caller", 0, 12, 40, c => new LiveText($"{DisplayText.Clean(c.Who.From)} {DisplayText.Clean(c.Who.FromName)}".Trim())),
            new("Queue", 2, 6, 30, c => new LiveText(NameOf(c.Queue))),
        ],
        glyphs);
        _agentTable = new LiveTable<Agent>(
        [
            new("Agent", 0, 6, 30, a => new LiveText(DisplayText.Named(a.Who.Extension, a.Who.Name))),
            new("State", 1, 8, 20, a => new LiveText(DisplayText.Clean(a.Who.State))) { IsOptional = true },
            new("Queue", 2, 6, 30, a => new LiveText(NameOf(a.Queue))),
            new("Since", 3, 10, 10, a => new LiveText(TimeText.Ago(_now - a.Who.Since), Tone.Dim)) { IsRightAligned = true },
        ],
        glyphs);
    }

    /// <inheritdoc/>
    public IReadOnlyList<LiveLine> Render(LiveSize size, DateTimeOffset now)
    {
        _now = now;
        var queues = _queues().ToArray();
        var callers = queues.SelectMany(q => q.Waiting.Select(c => new Caller(q, c))).OrderByDescending(c => Wait(c.Who)).ToArray();
        var agents = queues.SelectMany(q => q.Agents.Select(a => new Agent(q, a))).ToArray();
        _queueMarks.Look(queues.Select(q => (KeyOf(q), (object)(q.Waiting.Count, q.Talking, q.Answered, q.Lost))), now);
        _callerMarks.Look(callers.Select(c => (c.Key, (object)0)), now);
        _agentMarks.Look(agents.Select(a => (a.Key, (object)(a.Who.State ?? ""))), now);

        var connections = _connections();
        var head = _header.Render($"PbxEvents {_glyphs.Dot} queues", connections, size.Width, now).ToList();
        if (size.Height >= 12)
            head.Add(new LiveLine());
        var room = LivePage.RowsLeft(size, head.Count) + 1;
        if (queues.Length == 0)
        {
            var nothing = LivePage.Nothing(connections, SR.NoQueuesYet, SR.NoQueuesUnsubscribed, size.Width, _glyphs);
            return LivePage.Compose(size, head, [nothing], null, _glyphs);
        }

        var body = new List<LiveLine>();
        var hidden = Add(body, room, _queueTable, queues, q => Mark(_queueMarks.IsFresh(KeyOf(q), now), q.Waiting.Count > 0 && IsLate(q.Waiting.Max(Wait))), size.Width);
        hidden += Add(body, room, _callerTable, callers, c => Mark(_callerMarks.IsFresh(c.Key, now), IsLate(Wait(c.Who))), size.Width);
        hidden += Add(body, room, _agentTable, agents, a => Mark(_agentMarks.IsFresh(a.Key, now), false), size.Width);
        return LivePage.Compose(size, head, body, hidden == 0 ? null : $"{hidden} more not shown", _glyphs);
    }

    /// <summary>Adds a table with an empty line above, as far as there is room.</summary>
    /// <returns>How many rows there is no room for.</returns>
    private static int Add<T>(List<LiveLine> body, int room, LiveTable<T> table, T[] rows, Func<T, LiveText> mark, int width)
    {
        if (rows.Length == 0)
            return 0;
        var above = body.Count == 0 ? 0 : 1;
        var fits = Math.Clamp(room - body.Count - above - 1, 0, rows.Length);
        if (fits > 0)
        {
            if (above > 0)
                body.Add(new LiveLine());
            body.AddRange(table.Render(rows.Take(fits).Select(r => (mark(r), r)).ToArray(), Margin, width));
        }
        return rows.Length - fits;
    }

    private static string KeyOf(PbxQueue queue) => $"{queue.Connection}\0{queue.Queue}";

    private static string NameOf(PbxQueue queue) => DisplayText.Named(queue.Queue, queue.Name);

    private static string Count(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    /// <summary>How many, and how many in each state, in the platform's own words.</summary>
    private static string AgentsOf(PbxQueue queue)
    {
        if (queue.Agents.Count == 0)
            return "";
        var states = queue.Agents.Where(a => a.State is not null).GroupBy(a => a.State!).OrderByDescending(g => g.Count())
            .Select(g => $"{g.Count()} {DisplayText.Clean(g.Key)}").ToArray();
        return states.Length == 0 ? Count(queue.Agents.Count) : $"{queue.Agents.Count}: {string.Join(", ", states)}";
    }

    private string ConnectionOf(string name) => _connections().Count > 1 ? DisplayText.Clean(name) : "";

    private TimeSpan Wait(PbxQueueCaller caller) => _now - caller.EnteredAt - caller.Lag;

    private bool IsLate(TimeSpan wait) => wait >= _serviceLevel;

    private Tone ToneOf(TimeSpan wait) => IsLate(wait) ? Tone.Bad : Tone.Warning;

    private Tone ToneOf(PbxQueue queue) => queue.Waiting.Count == 0 ? Tone.Plain : ToneOf(queue.Waiting.Max(Wait));

    private LiveText Mark(bool isFresh, bool isLate) =>
        new($"{(isFresh ? _glyphs.Changed : " ")}{(isLate ? "!" : "")}".TrimEnd(), isLate ? Tone.Bad : Tone.Strong);

    private sealed record Caller(PbxQueue Queue, PbxQueueCaller Who)
    {
        public string Key { get; } = $"{KeyOf(Queue)}\0{Who.CallId}";
    }

    private sealed record Agent(PbxQueue Queue, PbxQueueAgent Who)
    {
        public string Key { get; } = $"{KeyOf(Queue)}\0{Who.Extension}";
    }
}
