using PbxEvents.Journal;
using PbxEvents.Providers.Connection;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Journal;

/// <summary>The way from a connection's log into the file.</summary>
public sealed class JournalWriterTests : IDisposable
{
    private readonly JournalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_kept_is_read_again_in_order_and_a_second_opening_goes_on()
    {
        await _folder.FillAsync(2500);
        await using var journal = _folder.Open();
        var log = new EventLog(10);
        var kept = journal.Keep(JournalFolder.Stream(log, "two"));
        log.Append(JournalFolder.Make(2501));
        Assert.True(await kept.KeptAsync(1, CancellationToken.None).InTime());

        var read = journal.Read(EventQuery.Everything).ToArray();
        Assert.Equal(Enumerable.Range(1, 2501).Select(i => $"id{i}"), read.Select(e => e.Id));
        Assert.Equal(("one", 2500L), (read[2499].Connection, read[2499].Sequence));
        Assert.Equal(("two", 1L), (read[2500].Connection, read[2500].Sequence));
        Assert.Equal(2501, journal.Events);
        Assert.Equal($"{Environment.MachineName}/{Environment.ProcessId}", journal.Writer);
        Assert.Equal(0, journal.Behind);
        Assert.Null(journal.LastError);
    }

    [Fact]
    public async Task A_store_that_takes_nothing_is_tried_again_told_once_and_what_falls_out_of_the_ring_is_a_gap_with_the_exact_count()
    {
        var store = new FakeStore { IsRefusing = true };
        var warnings = new List<PbxException>();
        await using var journal = EventJournal.Open(new JournalOptions { Path = _folder.Target }, store);
        var log = new EventLog(50);
        var kept = journal.Keep(JournalFolder.Stream(log, warn: warnings.Add));
        log.Append(JournalFolder.Make(1));
        await Until.TrueAsync(() => store.Refusals >= 1);
        for (var i = 2; i <= 200; i++)
            log.Append(JournalFolder.Make(i));
        await Until.TrueAsync(() => store.Refusals >= 2);
        Assert.Equal(PbxErrorKind.JournalFull, journal.LastError!.Kind);
        Assert.Equal(200, journal.Behind);
        Assert.False(kept.KeptAsync(1, CancellationToken.None).IsCompleted);

        // What had been read when the store said no is held; the ring gives way for the rest.
        store.IsRefusing = false;
        Assert.True(await kept.KeptAsync(200, CancellationToken.None).InTime());
        var names = store.Records.Select(r => r.RunSeq).ToArray();
        var gap = Assert.Single(store.Records, r => r.Gap is not null);
        var lost = EventMapping.ToEvent(gap, new JournalRun("one", "Fake"), []).Gap!;
        var first = store.Records[store.Records.IndexOf(gap) - 1].RunSeq;
        var next = store.Records[store.Records.IndexOf(gap) + 1].RunSeq;
        Assert.Equal(next - first - 1, lost.EventsLost);
        Assert.Equal(200 - (next - first - 1), names.Count(n => n > 0));
        Assert.Equal(PbxGapReason.SlowConsumer, lost.Reason);

        // So the next process knows for when to ask the call records.
        Assert.Equal(log.TryGet(200)!.ReceivedUtc, kept.Unkept!.To, TimeSpan.FromMinutes(1));
        Assert.InRange(kept.Unkept.To, lost.To, DateTimeOffset.UtcNow);
        Assert.InRange(kept.Unkept.From, lost.From - TimeSpan.FromSeconds(1), lost.From);
        Assert.Single(warnings);
        Assert.Null(journal.LastError);
    }

    [Fact]
    public async Task A_damaged_file_whose_place_cannot_be_taken_at_once_is_tried_again_and_nothing_that_comes_is_lost()
    {
        var store = new FakeStore();
        var warnings = new List<PbxException>();
        await using var journal = EventJournal.Open(new JournalOptions { Path = _folder.Target }, store);
        (store.Damages, store.Locks) = (1, 1);
        var log = new EventLog(50);
        var kept = journal.Keep(JournalFolder.Stream(log, warn: warnings.Add));
        log.Append(JournalFolder.Make(1));
        Assert.True(await kept.KeptAsync(1, CancellationToken.None).InTime());
        Assert.Equal(["Gap", "E"], store.Records.Select(r => r.Name));
        Assert.Equal([PbxErrorKind.JournalFailed, PbxErrorKind.JournalDamaged], warnings.Select(w => w.Kind));
        Assert.Contains(Assert.Single(Directory.GetFiles(Path.GetDirectoryName(_folder.Target)!, "*.damaged")), warnings[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_events_of_one_connection_are_found_among_those_of_others_also_those_of_earlier_processes()
    {
        await _folder.FillAsync(2);
        await using var journal = _folder.Open();
        var (own, other) = (new EventLog(10), new EventLog(10));
        var (first, second) = (journal.Keep(JournalFolder.Stream(own)), journal.Keep(JournalFolder.Stream(other, "two")));
        for (var i = 3; i <= 4; i++)
        {
            own.Append(JournalFolder.Make(i));
            other.Append(JournalFolder.Make(i * 10, "c2"));
            Assert.True(await first.KeptAsync(i - 2, CancellationToken.None).InTime());
            Assert.True(await second.KeptAsync(i - 2, CancellationToken.None).InTime());
        }
        Assert.Equal(["id1", "id2", "id3", "id4"], journal.ReadSince("one", DateTimeOffset.MinValue).Select(e => e.Id));
        Assert.Equal(["id40"], journal.ReadSince("two", journal.Newest!.Value).Select(e => e.Id));
        Assert.Equal(["id30", "id40"], journal.Read(new EventQuery(CallIds: ["c2"], Connection: "two")).Select(e => e.Id));
        Assert.Empty(journal.Read(new EventQuery(CallIds: ["c2"], Connection: "one")));
        using var reader = journal.OpenReader();
        Assert.Equal(2, reader.Read(new EventQuery(Connection: "two"), 0).Count);
    }

    [Fact]
    public async Task No_group_is_larger_than_a_thousand_events_and_one_event_waits_for_no_other()
    {
        var store = new FakeStore { IsRefusing = true };
        await using var journal = EventJournal.Open(new JournalOptions { Path = _folder.Target }, store);
        var log = new EventLog(10_000);
        var kept = journal.Keep(JournalFolder.Stream(log));
        log.Append(JournalFolder.Make(1));
        await Until.TrueAsync(() => store.Refusals >= 1);
        for (var i = 2; i <= 5000; i++)
            log.Append(JournalFolder.Make(i));
        store.IsRefusing = false;
        Assert.True(await kept.KeptAsync(5000, CancellationToken.None).InTime());
        Assert.Equal(1000, store.Groups.Max());
        log.Append(JournalFolder.Make(5001));
        Assert.True(await kept.KeptAsync(5001, CancellationToken.None).InTime());
        Assert.Equal(1, store.Groups[^1]);
    }

    [Fact]
    public async Task Closing_keeps_what_has_come_and_says_no_to_what_comes_afterwards()
    {
        var journal = _folder.Open();
        var log = new EventLog(10_000);
        for (var i = 1; i <= 3000; i++)
            log.Append(JournalFolder.Make(i));
        var kept = journal.Keep(JournalFolder.Stream(log));
        Assert.Equal(0, await journal.CloseAsync().InTime());
        log.Append(JournalFolder.Make(3001));
        Assert.True(await kept.KeptAsync(3000, CancellationToken.None).InTime());
        Assert.False(await kept.KeptAsync(3001, CancellationToken.None).InTime());
        Assert.Equal(PbxErrorKind.Disconnected, Assert.Throws<PbxException>(() => journal.Keep(JournalFolder.Stream(log))).Kind);
        Assert.Equal(PbxErrorKind.Disconnected, Assert.Throws<PbxException>(() => journal.Read(EventQuery.Everything).Count()).Kind);
        Assert.Equal(3000, journal.Events);
        await using var again = _folder.Open();
        Assert.Equal(3000, again.Events);
    }

    [Fact]
    public async Task Closing_with_a_store_that_takes_nothing_says_how_many_events_are_lost()
    {
        var store = new FakeStore { IsRefusing = true };
        var journal = EventJournal.Open(new JournalOptions { Path = _folder.Target }, store);
        var log = new EventLog(10);
        var kept = journal.Keep(JournalFolder.Stream(log));
        log.Append(JournalFolder.Make(1));
        log.Append(JournalFolder.Make(2));
        Assert.Equal(2, await journal.CloseAsync().InTime());
        Assert.False(await kept.KeptAsync(1, CancellationToken.None).InTime());
    }

    [Fact]
    public async Task A_connection_that_ended_is_let_go_when_its_last_event_is_kept()
    {
        await using var journal = _folder.Open();
        var log = new EventLog(10);
        var kept = journal.Keep(JournalFolder.Stream(log));
        log.Append(JournalFolder.Make(1));
        log.Complete();
        Assert.True(await kept.KeptAsync(1, CancellationToken.None).InTime());
        Assert.False(await kept.KeptAsync(2, CancellationToken.None).InTime());
    }

    [Fact]
    public async Task The_events_of_a_call_are_read_from_its_first_to_the_one_at_hand_also_when_an_id_comes_again()
    {
        await using var journal = _folder.Open();
        var log = new EventLog(100);
        var kept = journal.Keep(JournalFolder.Stream(log));
        var live = new List<PbxEvent>();
        foreach (var history in new[] { new CallHistory(), new CallHistory() })
        {
            for (var i = 0; i < 3; i++)
            {
                foreach (var call in new[] { "c1", "c2" })
                {
                    var e = JournalFolder.Make(live.Count + 1, call);
                    var events = call == "c1" ? history.Add(e) : [];
                    e.Call = new PbxCall { CallId = call, Connection = "one", Provider = "Fake", Events = events };
                    log.Append(e);
                    live.Add(e);
                }
            }
        }
        Assert.True(await kept.KeptAsync(live.Count, CancellationToken.None).InTime());
        foreach (var (came, read) in live.Zip(journal.Read(EventQuery.Everything)).Where(p => p.First.CallId == "c1"))
            Assert.Equal(came.Call!.Events.Select(e => e.Id), read.Call!.Events.Select(e => e.Id));
    }
}
