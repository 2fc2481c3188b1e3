using PbxEvents.Journal;
using PbxEvents.Journal.Reactions;
using PbxEvents.Providers.Connection;
using PbxEvents.Tests.Unit.Journal;
using PbxEvents.Tests.Unit.Simulator;

namespace PbxEvents.Tests.Contract;

/// <summary>Events kept, read and dropped: the same on every store.</summary>
public abstract class EventContract : IDisposable
{
    private readonly IJournalHome _home;

    private protected EventContract(IJournalHome home) => _home = home;

    public void Dispose()
    {
        _home.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_event_of_4_MB_comes_back_whole()
    {
        await using var journal = _home.Open();
        var log = new EventLog(10);
        var payload = new byte[4 << 20];
        Array.Fill(payload, (byte)'x');
        log.Append(new PbxEvent { Name = "", Payload = payload });
        Assert.True(await journal.KeptAsync(journal.Keep(JournalFolder.Stream(log)), 1));
        Assert.Equal(payload, Assert.Single(journal.Read(EventQuery.Everything)).GetUtf8().ToArray());
    }

    [Fact]
    public async Task A_time_finds_its_events_whatever_the_clock_did()
    {
        var start = new DateTimeOffset(2030, 1, 1, 9, 0, 0, TimeSpan.Zero);
        await using var journal = _home.Open(o => o with { MaxAge = TimeSpan.FromDays(36_500) });
        var log = new EventLog(10_000);

        // Three hours forward, then the clock is set back by two and goes on.
        var times = Enumerable.Range(0, 3000).Select(i => start.AddSeconds(i * 3.6)).Concat(Enumerable.Range(0, 3000).Select(i => start.AddHours(1).AddSeconds(i * 3.6))).ToArray();
        for (var i = 0; i < times.Length; i++)
            log.Append(JournalFolder.Make(i, at: times[i]));
        Assert.True(await journal.KeptAsync(journal.Keep(JournalFolder.Stream(log)), times.Length));
        foreach (var (from, to) in new[] { (0.0, 0.5), (0.9, 1.2), (2.5, 2.9), (3.5, 9) })
        {
            var (since, until) = (start.AddHours(from), start.AddHours(to));
            var expected = Enumerable.Range(0, times.Length).Where(i => times[i] >= since && times[i] < until).Select(i => $"id{i}");
            Assert.Equal(expected, journal.Read(new EventQuery(since, until)).Select(e => e.Id));
        }
    }

    [Theory]
    [InlineData("'; drop table event; --")]
    [InlineData("ü 漢 🙂 ?a=b#c %20.db $1")]
    public async Task Names_may_hold_anything(string name)
    {
        await using var journal = _home.Open();
        var log = new EventLog(10);
        var kept = journal.Keep(JournalFolder.Stream(log, name));
        log.Append(new PbxEvent { Name = name, CallId = name, Id = name });
        Assert.True(await journal.KeptAsync(kept, 1));
        var read = Assert.Single(journal.Read(new EventQuery(CallIds: [name])));
        Assert.Equal((name, name, name), (read.Connection, read.Name, read.CallId));
        Assert.Empty(journal.Read(new EventQuery(CallIds: ["other"])));
        Assert.Single(journal.Read(new EventQuery(Connection: name)));
        Assert.Empty(journal.Read(new EventQuery(Connection: "other")));
    }

    [Fact]
    public async Task The_same_id_twice_is_two_events()
    {
        // Of a platform without ids of its own it comes from the payload, which may repeat.
        await using var journal = _home.Open();
        var log = new EventLog(10);
        log.Append(JournalFolder.Make(1));
        log.Append(JournalFolder.Make(1));
        Assert.True(await journal.KeptAsync(journal.Keep(JournalFolder.Stream(log)), 2));
        Assert.Equal(["id1", "id1"], journal.Read(EventQuery.Everything).Select(e => e.Id));
        Assert.Equal(2, journal.Events);
        Assert.Equal(2, journal.NewestNumber);
    }

    [Fact]
    public async Task A_call_s_events_are_those_up_to_the_one_that_is_looked_at()
    {
        await using var journal = _home.Open();
        var log = new EventLog(100);
        var firsts = new Dictionary<string, PbxEvent>();
        for (var i = 1; i <= 6; i++)
        {
            var e = JournalFolder.Make(i, i % 2 == 0 ? "even" : "odd");
            e.Call = new PbxCall { CallId = e.CallId!, Connection = "one", Provider = "Fake", Events = [firsts.GetValueOrDefault(e.CallId!, e)] };
            log.Append(e);
            firsts.TryAdd(e.CallId!, e);
        }
        Assert.True(await journal.KeptAsync(journal.Keep(JournalFolder.Stream(log)), 6));
        var fifth = journal.Read(EventQuery.Everything).ElementAt(4);
        Assert.Equal(["id1", "id3", "id5"], fifth.Call!.Events.Select(e => e.Id));
    }

    [Fact]
    public async Task What_is_done_is_known_as_long_as_the_newest_event_of_its_key_is_kept()
    {
        var now = DateTimeOffset.UtcNow;
        await using (var journal = _home.Open())
        {
            var log = new EventLog(100);
            for (var i = 1; i <= 4; i++)
                log.Append(JournalFolder.Make(i, "a", now.AddDays(-2)));
            log.Append(JournalFolder.Make(2, "a", now));
            log.Append(JournalFolder.Make(6, "a", now));
            Assert.True(await journal.KeptAsync(journal.Keep(JournalFolder.Stream(log)), 6));
            using var runner = journal.React(new ReactionOptions { Name = "tickets", StartAfter = 0 }, (_, _) => Task.CompletedTask);
            await runner.RunAsync(untilIdle: true, CancellationToken.None).InTime();
            Assert.Equal(5, Done(journal));
        }
        Assert.Equal(4, _home.Trim(now.AddDays(-1).UtcTicks, long.MaxValue));
        await using var again = _home.Open();
        Assert.Equal(2, Done(again));

        static long Done(EventJournal journal)
        {
            using var book = journal.OpenReactions(isReadOnly: true);
            return Assert.Single(book.GetAll()).Done;
        }
    }
}
