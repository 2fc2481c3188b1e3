using PbxEvents.Journal;
using PbxEvents.Providers.Connection;
using PbxEvents.Tests.Contract;
using PbxEvents.Tests.Journal;
using PbxEvents.Tests.Unit.Journal;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Postgres;

/// <summary>A listener whose database is away: its events wait on its own machine, and come there in order, each once.</summary>
public sealed class SpoolTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pbxevents-spool-").FullName;
    private PostgresServer? _server;
    private JournalServer? _at;
    private int _number;

    private PostgresServer Server => _server!;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.StartAsync(null, "fsync=off");
        _at = SharedServer.At(Server, await Server.MakeDatabaseAsync()) with { Folder = _folder };
    }

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_comes_while_the_database_is_away_is_kept_and_gets_there_in_order_also_from_a_process_that_ended()
    {
        var told = new List<PbxException>();
        await using (var journal = Open())
        {
            var log = new EventLog(1000);
            var kept = journal.Keep(JournalFolder.Stream(log, warn: told.Add));
            Append(log, 10);
            Assert.True(await journal.KeptAsync(kept, 10));
            await Server.KillAsync();
            Append(log, 10);
            Assert.True(await kept.KeptAsync(20, CancellationToken.None).InTime());
            await Until.TrueAsync(() => journal.LastError is not null);
            Assert.Equal(10, journal.Behind);
            Append(log, 10);
            Assert.True(await kept.KeptAsync(30, CancellationToken.None).InTime());
            Assert.Equal(0, await journal.CloseAsync().InTime());
        }
        Assert.Single(told);

        // The next one begins without the database.
        await using (var journal = Open())
        {
            Assert.False(journal.Problem!.IsPermanent);
            var log = new EventLog(1000);
            var kept = journal.Keep(JournalFolder.Stream(log));
            Append(log, 10);
            Assert.True(await kept.KeptAsync(10, CancellationToken.None).InTime());
            Assert.Equal(30, journal.Behind);
            await Server.StartAsync();
            Assert.True(await journal.KeptAsync(kept, 10));
            Assert.Null(journal.LastError);
            AssertAll(journal, 40);
        }

        // What is there is not sent again.
        await using var last = Open();
        Assert.True(await last.KeptAsync(last.Keep(JournalFolder.Stream(new EventLog(10))), 0));
        AssertAll(last, 40);
    }

    [Fact]
    public async Task What_a_listener_left_gets_there_while_the_next_one_only_stands_by()
    {
        await using (var journal = Open())
        {
            var log = new EventLog(100);
            var kept = journal.Keep(JournalFolder.Stream(log));
            Append(log, 5);
            Assert.True(await journal.KeptAsync(kept, 5));
            await Server.KillAsync();
            Append(log, 5);
            Assert.True(await kept.KeptAsync(10, CancellationToken.None).InTime());
        }
        await Server.StartAsync();
        await using var next = Open();
        AssertAll(next, 5);
        await using var standby = next.StandBy("one");
        await Until.TrueAsync(() => next.Behind == 0 && next.Read(EventQuery.Everything).Count() == 10);
        AssertAll(next, 10);
    }

    [Fact]
    public async Task What_a_server_has_not_that_took_the_place_of_another_is_sent_again()
    {
        await using var journal = Open();
        var log = new EventLog(1000);
        var kept = journal.Keep(JournalFolder.Stream(log));
        Append(log, 10);
        Assert.True(await journal.KeptAsync(kept, 10));
        await Server.ExecuteAsync(_at!.Database, "delete from pbxevents.event where seq > 4; update pbxevents.origin set sent = 4");
        await Server.ExecuteAsync("postgres", $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{_at!.Database}'");
        Append(log, 1);
        Assert.True(await journal.KeptAsync(kept, 11));
        AssertAll(journal, 11);
    }

    [Fact]
    public async Task What_the_spool_had_no_room_for_is_a_gap_with_the_count_in_its_place()
    {
        await using var journal = Open(o => o with { MaxSize = 1 << 20 });
        var log = new EventLog(10_000);
        var kept = journal.Keep(JournalFolder.Stream(log));
        Append(log, 1);
        Assert.True(await journal.KeptAsync(kept, 1));
        await Server.KillAsync();
        Append(log, 3000, 1000);
        Assert.True(await kept.KeptAsync(3001, CancellationToken.None).InTime());
        await Server.StartAsync();
        Assert.True(await journal.KeptAsync(kept, 3001));
        var read = journal.Read(EventQuery.Everything).ToArray();
        var gap = Assert.Single(read, e => e.Gap is not null);
        var rest = read.SkipWhile(e => e != gap).Skip(1).ToArray();
        Assert.InRange(gap.Gap!.EventsLost ?? 0, 500, 2500);
        Assert.Equal(Enumerable.Range(_number - rest.Length + 1, rest.Length).Select(n => $"id{n}"), rest.Select(e => e.Id));
        Assert.Equal(3000, gap.Gap.EventsLost + rest.Length);
    }

    [Fact]
    public async Task Two_listeners_of_one_machine_have_a_file_each()
    {
        await using var left = Open();
        await using var right = Open(o => o with { Name = "right" });
        foreach (var journal in (EventJournal[])[left, right])
        {
            var log = new EventLog(100);
            Append(log, 5);
            Assert.True(await journal.KeptAsync(journal.Keep(JournalFolder.Stream(log)), 5));
        }
        AssertAll(left, 10);
        Assert.Equal(2, Directory.GetFiles(_folder, "*.spool?.db").Length);
    }

    [Fact]
    public async Task What_two_listeners_left_is_sent_by_one_that_starts()
    {
        await LeaveAsync();
        await Server.StartAsync();
        await using var journal = Open();
        var log = new EventLog(100);
        Append(log, 1);
        Assert.True(await journal.KeptAsync(journal.Keep(JournalFolder.Stream(log)), 1));
        Assert.Equal(Enumerable.Range(1, 21).Select(n => $"id{n}").Order(), journal.Read(EventQuery.Everything).Select(e => e.Id).Order());
        Assert.Equal("id21", journal.Read(EventQuery.Everything).Last().Id);
    }

    [Fact]
    public async Task What_a_listener_left_in_a_file_that_another_has_now_comes_before_what_it_tells_next()
    {
        await LeaveAsync();

        // They start in the other order.
        await using var right = Open();
        var rights = right.Keep(JournalFolder.Stream(new EventLog(100)));
        await using var left = Open();
        var log = new EventLog(100);
        var lefts = left.Keep(JournalFolder.Stream(log));
        Append(log, 3);
        Assert.True(await lefts.KeptAsync(3, CancellationToken.None).InTime());
        await Server.StartAsync();
        Assert.True(await left.KeptAsync(lefts, 3));
        Assert.True(await right.KeptAsync(rights, 0));
        var read = left.Read(EventQuery.Everything).Select(e => e.Id).ToArray();
        Assert.Equal(23, read.Length);
        Assert.Equal(["id21", "id22", "id23"], read.TakeLast(3));
    }

    [Fact]
    public async Task A_file_that_cannot_be_used_holds_up_no_other()
    {
        await LeaveAsync();
        var files = Directory.GetFiles(_folder, "*.spool?.db").Order().ToArray();
        Assert.Equal(2, files.Length);
        foreach (var file in Directory.GetFiles(_folder, $"{Path.GetFileName(files[1])}*"))
            File.Delete(file);
        await File.WriteAllTextAsync(files[1], new string('x', 5000));
        await Server.StartAsync();
        await using var journal = Open();
        var log = new EventLog(100);
        Append(log, 1);
        Assert.True(await journal.KeptAsync(journal.Keep(JournalFolder.Stream(log)), 1));
        Assert.Equal(11, journal.Read(EventQuery.Everything).Count());
        Assert.Equal(PbxErrorKind.NotAJournal, journal.LastError!.Kind);
        Assert.Equal(new string('x', 5000), await File.ReadAllTextAsync(files[1]));
    }

    [Fact]
    public async Task A_call_s_events_are_found_over_a_link_that_broke()
    {
        await using var journal = Open();
        var log = new EventLog(100);
        var kept = journal.Keep(JournalFolder.Stream(log));
        PbxEvent? first = null;
        for (var i = 1; i <= 4; i++)
        {
            if (i == 3)
                await Server.ExecuteAsync("postgres", $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{_at!.Database}'");
            var e = JournalFolder.Make(i);
            e.Call = new PbxCall { CallId = e.CallId!, Connection = "one", Provider = "Fake", Events = [first ??= e] };
            log.Append(e);
            Assert.True(await journal.KeptAsync(kept, i));
        }
        Assert.Equal(["id1", "id2", "id3", "id4"], journal.Read(EventQuery.Everything).Last().Call!.Events.Select(e => e.Id));
    }

    [Fact]
    public async Task Who_never_wrote_there_is_told_at_once_that_it_is_away()
    {
        await Server.KillAsync();
        Assert.Equal(PbxErrorKind.ConnectionRefused, Assert.Throws<PbxException>(() => Open()).Kind);
    }

    private EventJournal Open(Func<JournalOptions, JournalOptions>? with = null) => ServerJournal.Open(_at!, with);

    /// <summary>Two listeners that each had ten events when they ended, and the database was away.</summary>
    private async Task LeaveAsync()
    {
        await using var left = Open();
        await using var right = Open();
        var logs = (EventLog[])[new EventLog(100), new EventLog(100)];
        var kept = (IEventKeeping[])[left.Keep(JournalFolder.Stream(logs[0])), right.Keep(JournalFolder.Stream(logs[1]))];
        Assert.True(await left.KeptAsync(kept[0], 0));
        Assert.True(await right.KeptAsync(kept[1], 0));
        await Server.KillAsync();
        for (var i = 0; i < 2; i++)
        {
            Append(logs[i], 10);
            Assert.True(await kept[i].KeptAsync(10, CancellationToken.None).InTime());
        }
    }

    private void Append(EventLog log, int events, int size = 0)
    {
        for (var i = 0; i < events; i++)
        {
            var e = JournalFolder.Make(++_number);
            log.Append(size == 0 ? e : new PbxEvent { Name = "E", Id = e.Id, Connection = "one", Provider = "Fake", ReceivedAt = e.ReceivedAt, Payload = new byte[size] });
        }
    }

    private static void AssertAll(EventJournal journal, int events) =>
        Assert.Equal(Enumerable.Range(1, events).Select(n => $"id{n}"), journal.Read(EventQuery.Everything).Select(e => e.Id));
}
