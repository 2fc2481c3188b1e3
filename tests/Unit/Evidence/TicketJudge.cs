using PbxEvents.Journal;
using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>Says of tickets whether each missed call has one, and no other has any.</summary>
/// <param name="tickets">The tickets.</param>
/// <param name="open">Opens the journal, to tell of a fault what was known.</param>
internal sealed class TicketJudge(IReadOnlyList<Ticket> tickets, Func<EventJournal> open)
{
    private readonly ILookup<(string Connection, string CallId), Ticket> _byCall = tickets.ToLookup(t => (t.Connection, t.CallId));
    private readonly HashSet<Ticket> _known = [];
    private readonly List<string> _faults = [];
    private readonly Dictionary<string, int> _reasons = [];

    /// <summary>Calls that were missed.</summary>
    public int Missed { get; private set; }

    /// <summary>Calls that were not.</summary>
    public int Others { get; private set; }

    /// <summary>Missed calls without a ticket.</summary>
    public int Without { get; private set; }

    /// <summary>Missed calls with more than one.</summary>
    public int Twice { get; private set; }

    /// <summary>Tickets of calls that were not missed.</summary>
    public int Wrong { get; private set; }

    /// <summary>Tickets that are rightly of a call that was not missed, by the reason.</summary>
    public IReadOnlyDictionary<string, int> Reasons => _reasons;

    /// <summary>True for a call that is to have a ticket.</summary>
    public static bool IsMissed(PbxOutcome outcome) => outcome is PbxOutcome.Missed or PbxOutcome.Abandoned;

    /// <summary>The calls of one connection.</summary>
    public async Task TakeAsync(string connection, LostCallsPlatform platform, IEnumerable<SimulatedCall> calls)
    {
        foreach (var call in calls)
        {
            var expected = platform.Expect(call);
            Ticket[] own = [.. platform.Chaos.IdsOf(call).SelectMany(id => _byCall[(connection, id)])];
            _known.UnionWith(own);
            if (IsMissed(expected))
            {
                Missed++;
                Without += own.Length == 0 ? 1 : 0;
                Twice += own.Length > 1 ? 1 : 0;
                if (own.Length != 1)
                    _faults.Add(await DescribeAsync($"{own.Length} tickets", connection, platform, call, own));
                continue;
            }
            Others++;
            if (own.Length == 0)
                continue;
            if (platform.WhyOther(expected, new ToldEnd(own[0].CallId, Enum.Parse<PbxOutcome>(own[0].Outcome), Enum.Parse<PbxCallOrigin>(own[0].Origin), default, "")) is { } why)
            {
                _reasons[why] = _reasons.GetValueOrDefault(why) + 1;
                continue;
            }
            Wrong++;
            _faults.Add(await DescribeAsync("a ticket", connection, platform, call, own));
        }
    }

    /// <summary>What was wrong, when all calls were taken.</summary>
    public IReadOnlyList<string> Finish() => [.. _faults, .. tickets.Where(t => !_known.Contains(t)).Select(t => $"a ticket of no call: {t}")];

    /// <summary>The call, its tickets, and everything that the journal has of it.</summary>
    private async Task<string> DescribeAsync(string what, string connection, LostCallsPlatform platform, SimulatedCall call, IEnumerable<Ticket> own)
    {
        await using var journal = open();
        var events = journal.Read(new EventQuery(CallIds: [.. platform.Chaos.IdsOf(call)])).Where(e => e.Connection == connection)
            .Select(e => $"    {e.ReceivedUtc:HH:mm:ss.fff} {e.Name} {e.CallId} {e.CallState} {e.Outcome} {e.Call?.Origin} news {e.IsCallNews} {e.Raw}");
        return $"{what}: {connection} {call.Scenario} {call.CallId} {call.StartedAt:HH:mm:ss.fff} to {call.EndedAt:HH:mm:ss.fff}: {string.Join("; ", own)}{Environment.NewLine}{string.Join(Environment.NewLine, events)}";
    }
}
