using PbxEvents.Module.Views;

namespace PbxEvents.Module.Watching;

/// <summary>The screen of <c>Watch-PbxCall</c>: calls in progress, the oldest first, then those that ended, the newest first.</summary>
internal sealed class CallView : ILiveView
{
    /// <summary>A sign for what changed just now, and one for what went wrong, which must be seen without colours too.</summary>
    private const int Margin = 3;

    private readonly Func<IReadOnlyList<PbxConnection>> _connections;
    private readonly Func<IEnumerable<PbxCall>> _calls;
    private readonly int _maxCalls;
    private readonly Glyphs _glyphs;
    private readonly ConnectionHeader _header;
    private readonly LiveTable<PbxCall> _table;
    private readonly ChangeMarks _marks = new();
    private DateTimeOffset _now;

    /// <param name="connections">Gives the connections.</param>
    /// <param name="calls">Gives the calls that are to be seen, as they stand.</param>
    /// <param name="nameOf">Gives the caller's name; null for none.</param>
    /// <param name="maxCalls">Shows at most so many.</param>
    /// <param name="glyphs">The signs.</param>
    public CallView(Func<IReadOnlyList<PbxConnection>> connections, Func<IEnumerable<PbxCall>> calls, Func<PbxCall, string?> nameOf, int maxCalls, Glyphs glyphs)
    {
        _connections = connections;
        _calls = calls;
        _maxCalls = maxCalls;
        _glyphs = glyphs;
        _header = new ConnectionHeader(glyphs);
        _table = new LiveTable<PbxCall>(
        [
            new("State", 0, 9, 17, c => new LiveText(StateOf(c), Tones.Of(c.State, c.KnownOutcome))),
            new("From", 1, 12, 40, c => Shade(c, $"{DisplayText.Clean(c.From)} {DisplayText.Clean(nameOf(c))}".Trim())),
            new("To", 3, 6, 20, c => Shade(c, DisplayText.Clean(c.To))),
            new("At", 5, 4, 30, c => Shade(c, PlaceOf(c))),
            new("Queue", 6, 6, 30, c => Shade(c, DisplayText.Named(c.Queue, c.QueueName))) { IsOptional = true },
            new("Connection", 7, 8, 20, c => Shade(c, _connections().Count > 1 ? DisplayText.Clean(c.Connection) : "")) { IsOptional = true },
            new("Talk", 2, 7, 9, c => Shade(c, CallTimes.Talk(c, _now) is { } talk ? TimeText.Clock(talk) : "")) { IsRightAligned = true },
            new("Since", 4, 10, 10, c => Shade(c, TimeText.Ago(CallTimes.InState(c, _now)))) { IsRightAligned = true },
        ],
        glyphs);
    }

    /// <inheritdoc/>
    public IReadOnlyList<LiveLine> Render(LiveSize size, DateTimeOffset now)
    {
        _now = now;
        var calls = _calls().ToArray();
        _marks.Look(calls.Select(c => (KeyOf(c), (object)(c.State, c.KnownOutcome, c.Extension))), now);
        var ordered = calls.Where(c => c.State != PbxCallState.Ended).OrderBy(c => c.StartedAt)
            .Concat(calls.Where(c => c.State == PbxCallState.Ended).OrderByDescending(c => c.EndedAt)).ToArray();

        var connections = _connections();
        var head = _header.Render($"PbxEvents {_glyphs.Dot} calls", connections, size.Width, now).ToList();
        head.Add(Summarize(calls, size.Width));
        if (size.Height >= 12)
            head.Add(new LiveLine());

        var room = Math.Min(LivePage.RowsLeft(size, head.Count), _maxCalls);
        var rows = ordered.Take(room).Select(c => (MarkOf(c), c)).ToArray();
        var body = ordered.Length == 0
            ? [LivePage.Nothing(connections, SR.NoCallsYet, SR.NoCallsUnsubscribed, size.Width, _glyphs)]
            : _table.Render(rows, Margin, size.Width);
        var hidden = ordered.Length - rows.Length;
        return LivePage.Compose(size, head, body, hidden == 0 ? null : $"{hidden} more not shown", _glyphs);
    }

    private static string KeyOf(PbxCall call) => $"{call.Connection}\0{call.CallId}";

    private static string PlaceOf(PbxCall call) => call.AnsweredBy is { } number && number != call.Extension
        ? DisplayText.Clean(number)
        : DisplayText.Named(call.Extension, call.ExtensionName);

    private static string StateOf(PbxCall call) => call.KnownOutcome is { } outcome ? outcome.ToString() : call.State.ToString();

    /// <summary>What is over steps back, except for what should have gone otherwise.</summary>
    private static LiveText Shade(PbxCall call, string text) =>
        new(text, Tones.Of(call.State, call.KnownOutcome) == Tone.Dim ? Tone.Dim : Tone.Plain);

    private LiveText MarkOf(PbxCall call)
    {
        var isBad = Tones.Of(call.State, call.KnownOutcome) == Tone.Bad;
        var isFresh = _marks.IsFresh(KeyOf(call), _now);
        return new LiveText($"{(isFresh ? _glyphs.Changed : " ")}{(isBad ? "!" : "")}".TrimEnd(), isBad ? Tone.Bad : Tone.Strong);
    }

    private LiveLine Summarize(PbxCall[] calls, int width)
    {
        var line = new LiveLine();
        var live = calls.Where(c => c.State != PbxCallState.Ended).ToArray();
        line.TryAppend(new LiveText($"{live.Length} in progress", Tone.Strong), width);
        foreach (var group in live.GroupBy(c => c.State).OrderBy(g => g.Key))
            line.TryAppend(new LiveText($"{group.Count()} {group.Key.ToString().ToLowerInvariant()}", Tones.Of(group.Key, null)), width);
        if (calls.Length > live.Length)
            line.TryAppend(new LiveText($"{_glyphs.Dot} {calls.Length - live.Length} ended", Tone.Dim), width);
        foreach (var group in calls.Where(c => c.KnownOutcome is not null).GroupBy(c => c.KnownOutcome).OrderBy(g => g.Key))
            line.TryAppend(new LiveText($"{group.Count()} {group.Key.ToString()!.ToLowerInvariant()}", Tones.Of(PbxCallState.Ended, group.Key)), width);
        return line;
    }
}
