using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using PbxEvents.Tests.Unit.Evidence;

namespace PbxEvents.Soak;

/// <summary>The sums over all runs, as tables for the Reliability topic.</summary>
/// <param name="options">What was asked for.</param>
internal sealed class SoakFigures(SoakOptions options)
{
    private readonly List<ChaosFigures> _chaos = [];
    private readonly List<ChaosFigures> _scripts = [];
    private readonly List<LostCallsFigures> _calls = [];
    private readonly List<TicketFigures> _tickets = [];
    private readonly List<DeskFigures> _desks = [];
    private readonly List<WorkersFigures> _workers = [];
    private readonly List<LoadFigures> _loads = [];
    private readonly List<FuzzFigures> _fuzz = [];
    private readonly Dictionary<string, (Resources Before, Resources After)> _resources = [];
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;

    /// <summary>How long the runs took, without the warm-up.</summary>
    public TimeSpan Elapsed { get; set; }

    public void Add(ChaosFigures figures) => _chaos.Add(figures);

    /// <summary>Chaos as a script in a PowerShell of its own saw it.</summary>
    public void AddScript(ChaosFigures figures) => _scripts.Add(figures);

    /// <summary>Calls over drops, restarts and kills.</summary>
    public void Add(LostCallsFigures figures) => _calls.Add(figures);

    /// <summary>Tickets of missed calls over kills and restarts.</summary>
    public void Add(TicketFigures figures) => _tickets.Add(figures);

    /// <summary>One ticket for each caller at a real desk over kills of both.</summary>
    public void Add(DeskFigures figures) => _desks.Add(figures);

    /// <summary>Tickets of listeners and workers that share a database over kills of all of them.</summary>
    public void Add(WorkersFigures figures) => _workers.Add(figures);

    public void Add(LoadFigures figures) => _loads.Add(figures);

    /// <summary>True until a platform had its calls over kills.</summary>
    public bool IsFirstCallsOf(string platform) => _calls.TrueForAll(c => c.Platform != platform);

    /// <summary>True until a platform had its backlog.</summary>
    public bool IsFirstOf(string platform) => _loads.TrueForAll(l => l.Platform != platform);

    public void Add(FuzzFigures figures) => _fuzz.Add(figures);

    /// <summary>The first look at a platform is its beginning, the last one its end.</summary>
    public void Add(string platform, Resources before, Resources after) =>
        _resources[platform] = (_resources.TryGetValue(platform, out var known) ? known.Before : before, after);

    /// <summary>What there was before a platform's first run; null when it had none yet.</summary>
    public Resources? ResourcesBefore(string platform) => _resources.TryGetValue(platform, out var known) ? known.Before : null;

    /// <summary>The tables, in Markdown.</summary>
    public string Report()
    {
        var text = new StringBuilder();
        var platforms = options.Platforms.Select(p => p.Name).ToArray();
        text.AppendLine(CultureInfo.InvariantCulture, $"`{options.CommandLine}`, {_start:yyyy-MM-dd}, {Elapsed.TotalMinutes:0} minutes, {Environment.ProcessorCount} processors,")
            .AppendLine(CultureInfo.InvariantCulture, $"{RuntimeInformation.RuntimeIdentifier}, {RuntimeInformation.FrameworkDescription}:")
            .AppendLine();
        ChaosTable(text, platforms, "Chaos", _chaos);
        ChaosTable(text, platforms, "Script in a PowerShell", _scripts);
        CallsTable(text, platforms);
        TicketTable(text, platforms);
        if (_desks.Count > 0)
            DeskTable(text);
        if (_workers.Count > 0)
            WorkersTable(text);
        Table(text, platforms, "Backlog in a PowerShell",
            ("Engine events", p => _loads.Where(l => l.Platform == p).Sum(l => l.Events)),
            ("Slow actions", p => _loads.Where(l => l.Platform == p).Sum(l => l.SlowActions)),
            ("Links lost", p => _loads.Where(l => l.Platform == p).Sum(l => l.Reconnects)),
            ("-Timeout late at worst, ms", p => _loads.Where(l => l.Platform == p).Select(l => l.MostLateWait).DefaultIfEmpty().Max()));
        var kinds = _chaos.SelectMany(f => f.Injected.Keys).Distinct().Order(StringComparer.Ordinal);
        Table(text, platforms, "Fault", [.. kinds.Select(k => (k, (Func<string, double>)(p => Of(p).Sum(f => f.Injected.GetValueOrDefault(k)))))]);
        string[] targets = [.. platforms, .. _fuzz.Select(f => f.Target).Distinct().Except(platforms)];
        Table(text, targets, "Fuzz",
            ("Broken frames", p => _fuzz.Where(f => f.Target == p).Sum(f => f.Frames)),
            ("Good ones read", p => _fuzz.Where(f => f.Target == p).Sum(f => f.Good)),
            ("Failures", p => _fuzz.Where(f => f.Target == p).Sum(f => f.Failures.Count)));
        text.AppendLine("| Before and after | Memory, MB | Sockets | Timers | Tasks | Threads |").AppendLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (var platform in platforms.Where(_resources.ContainsKey))
        {
            var (b, a) = _resources[platform];
            text.AppendLine(CultureInfo.InvariantCulture, $"| {platform} | {Megabytes(b)}, {Megabytes(a)} | {b.Sockets}, {a.Sockets} | {b.Timers}, {a.Timers} | {b.Tasks}, {a.Tasks} | {b.Threads}, {a.Threads} |");
        }
        return text.ToString();
    }

    private IEnumerable<ChaosFigures> Of(string platform) => _chaos.Where(f => f.Platform == platform);

    private static void ChaosTable(StringBuilder text, IReadOnlyList<string> platforms, string title, List<ChaosFigures> runs)
    {
        IEnumerable<ChaosFigures> Of(string platform) => runs.Where(f => f.Platform == platform);
        (string, Func<string, double>)[] calls =
        [
            ("Calls ended", p => Of(p).Sum(f => f.Calls)),
            ("Calls not told", p => Of(p).Sum(f => f.CallsUnaccounted)),
            ("Calls told twice", p => Of(p).Sum(f => f.CallsTwice)),
        ];
        Table(text, platforms, title,
        [
            ("Runs", p => Of(p).Count()),
            ("Events sent", p => Of(p).Sum(f => f.Sent)),
            ("Delivered", p => Of(p).Sum(f => f.Delivered)),
            ("Recovered", p => Of(p).Sum(f => f.Recovered)),
            ("In gaps", p => Of(p).Sum(f => f.InGaps)),
            ("Came twice", p => Of(p).Sum(f => f.Duplicates)),
            ("Lost in silence", p => Of(p).Sum(f => f.LostSilently)),

            // A script counts events only.
            .. runs.Exists(f => f.Calls > 0) ? calls : [],
            ("Reconnects", p => Of(p).Sum(f => f.Reconnects)),
            ("Gaps", p => Of(p).Sum(f => f.Gaps)),
            ("Longest gap, s", p => Of(p).Select(f => f.LongestGap.TotalSeconds).DefaultIfEmpty().Max()),
            ("Faults injected", p => Of(p).Sum(f => f.Injected.Values.Sum())),
        ]);
    }

    private void CallsTable(StringBuilder text, IReadOnlyList<string> platforms)
    {
        IEnumerable<LostCallsFigures> Of(string platform) => _calls.Where(f => f.Platform == platform);
        var blows = _calls.SelectMany(f => f.Blows.Keys).Distinct().Order(StringComparer.Ordinal);
        var others = _calls.SelectMany(f => f.Others.Keys).Distinct().Order(StringComparer.Ordinal);
        Table(text, platforms, "Calls over drops, restarts and kill -9",
        [
            ("Calls ended", p => Of(p).Sum(f => f.Calls)),
            ("Told live", p => Of(p).Sum(f => f.Live)),
            ("Told from records", p => Of(p).Sum(f => f.Recorded)),
            ("Not told", p => Of(p).Sum(f => f.Unaccounted)),
            ("Told twice", p => Of(p).Sum(f => f.Twice)),
            ("Told by a process just before its kill, and again", p => Of(p).Sum(f => f.ToldAgain)),
            .. others.Select(o => ($"Other outcome: {o}", (Func<string, double>)(p => Of(p).Sum(f => f.Others.GetValueOrDefault(o))))),
            .. blows.Select(b => ($"Blow: {b}", (Func<string, double>)(p => Of(p).Sum(f => f.Blows.GetValueOrDefault(b))))),
        ]);
    }

    private void TicketTable(StringBuilder text, IReadOnlyList<string> platforms)
    {
        IEnumerable<TicketFigures> Of(string platform) => _tickets.Where(f => f.Platform == platform);
        var reasons = _tickets.SelectMany(f => f.Reasons.Keys).Distinct().Order(StringComparer.Ordinal);
        Table(text, platforms, "Tickets over restarts and kill -9",
        [
            ("Missed calls", p => Of(p).Sum(f => f.Missed)),
            ("Other calls", p => Of(p).Sum(f => f.Others)),
            ("Kills", p => Of(p).Sum(f => f.Kills)),
            ("Restarts of the PBX", p => Of(p).Sum(f => f.Restarts)),
            ("Tickets", p => Of(p).Sum(f => f.Tickets)),
            ("Tickets of calls that records told", p => Of(p).Sum(f => f.Recorded)),
            ("Missed calls without a ticket", p => Of(p).Sum(f => f.Without)),
            ("Missed calls with two", p => Of(p).Sum(f => f.Twice)),
            ("Tickets of calls that were not missed", p => Of(p).Sum(f => f.Wrong)),
            .. reasons.Select(r => ($"Ticket with a reason: {r}", (Func<string, double>)(p => Of(p).Sum(f => f.Reasons.GetValueOrDefault(r))))),
            ("Filed again after a kill, and known by the key", p => Of(p).Sum(f => f.Repeats)),
            ("Refused by the desk, and tried again", p => Of(p).Sum(f => f.Refused)),
        ]);
    }

    private void DeskTable(StringBuilder text) => Table(text, ["Request Tracker"], "One ticket for each caller over kill -9 of both",
    [
        ("Missed calls", _ => _desks.Sum(f => f.Missed)),
        ("Talks, in and out", _ => _desks.Sum(f => f.Talks)),
        ("Callers", _ => _desks.Sum(f => f.Callers)),
        ("Kills of the service", _ => _desks.Sum(f => f.Kills)),
        ("Kills of the desk", _ => _desks.Sum(f => f.Stops)),
        ("Answers of 500 before the desk heard of it", _ => _desks.Sum(f => f.Refused)),
        ("Answers of 500 after the desk had done it", _ => _desks.Sum(f => f.Forgot)),
        ("Tickets", _ => _desks.Sum(f => f.Tickets)),
        ("Comments", _ => _desks.Sum(f => f.Comments)),
        ("Missed calls that no ticket has", _ => _desks.Sum(f => f.Without)),
        ("Missed calls that are there twice", _ => _desks.Sum(f => f.Twice)),
        ("Callers with too many tickets", _ => _desks.Sum(f => f.TooMany)),
        ("Tickets with comments out of order", _ => _desks.Sum(f => f.OutOfOrder)),
        ("Open, of a caller who was reached", _ => _desks.Sum(f => f.OpenReached)),
        ("Not open, of a caller who waits", _ => _desks.Sum(f => f.ResolvedWaiting)),
    ]);

    private void WorkersTable(StringBuilder text)
    {
        var reasons = _workers.SelectMany(f => f.Reasons.Keys).Distinct().Order(StringComparer.Ordinal);
        Table(text, ["All platforms"], "Two listeners, three workers, one database over kill -9 of each",
        [
            ("Missed calls", _ => _workers.Sum(f => f.Missed)),
            ("Other calls", _ => _workers.Sum(f => f.Others)),
            ("Kills of a listener", _ => _workers.Sum(f => f.Listeners)),
            ("Takeovers by the other", _ => _workers.Sum(f => f.Takeovers)),
            ("Kills of a worker", _ => _workers.Sum(f => f.Workers)),
            ("Kills of the database", _ => _workers.Sum(f => f.Databases)),
            ("Scripts that ended by themselves, and were started again", _ => _workers.Sum(f => f.Ended)),
            ("Tickets", _ => _workers.Sum(f => f.Tickets)),
            ("Tickets of calls that records told", _ => _workers.Sum(f => f.Recorded)),
            ("Missed calls without a ticket", _ => _workers.Sum(f => f.Without)),
            ("Missed calls with two", _ => _workers.Sum(f => f.Twice)),
            ("Tickets of calls that were not missed", _ => _workers.Sum(f => f.Wrong)),
            .. reasons.Select(r => ($"Ticket with a reason: {r}", (Func<string, double>)(_ => _workers.Sum(f => f.Reasons.GetValueOrDefault(r))))),
            ("Filed again after a kill, and known by the key", _ => _workers.Sum(f => f.Repeats)),
            ("That could be", _ => _workers.Sum(f => f.MostRepeats)),
            ("Refused by the desk, and tried again", _ => _workers.Sum(f => f.Refused)),
        ]);
    }

    private static string Megabytes(Resources resources) => (resources.Memory / 1024.0 / 1024).ToString("0.0", CultureInfo.InvariantCulture);

    private static void Table(StringBuilder text, IReadOnlyList<string> columns, string title, params (string Name, Func<string, double> Value)[] rows)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"| {title} | {string.Join(" | ", columns)} |")
            .AppendLine(CultureInfo.InvariantCulture, $"| --- |{string.Concat(columns.Select(_ => " ---: |"))}");
        foreach (var (name, value) in rows)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {string.Join(" | ", columns.Select(c => value(c).ToString("#,0.#", CultureInfo.InvariantCulture)))} |");
        text.AppendLine();
    }
}
