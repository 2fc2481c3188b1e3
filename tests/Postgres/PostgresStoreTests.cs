using System.Diagnostics;
using PbxEvents.Journal;
using PbxEvents.Journal.Postgres;
using PbxEvents.Journal.Reactions;
using PbxEvents.Providers.Connection;
using PbxEvents.Tests.Contract;
using PbxEvents.Tests.Journal;
using PbxEvents.Tests.Unit.Journal;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Postgres;

/// <summary>What a database has that a file has not: users and their rights, others who write, workers that share.</summary>
public sealed class PostgresStoreTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private PostgresServer Server => shared.Server;

    [Fact]
    public async Task A_user_who_may_not_make_the_schema_is_given_the_statements_for_who_may_and_needs_no_more_than_they_grant()
    {
        var database = await Server.MakeDatabaseAsync();
        var user = await MakeUserAsync();
        var refusal = Assert.Throws<PbxException>(() => ServerJournal.Open(At(database) with { User = user, Password = new Secret("word") }));
        Assert.Equal((PbxErrorKind.PermissionDenied, true), (refusal.Kind, refusal.IsPermanent));
        await Server.ExecuteAsync(database, refusal.Advice[refusal.Advice.IndexOf("begin;", StringComparison.Ordinal)..]);
        await using var journal = ServerJournal.Open(At(database) with { User = user, Password = new Secret("word") });
        Assert.True(await KeepAsync(journal, 3));
        var ran = 0;
        using var runner = journal.React(new ReactionOptions { Name = "tickets", StartAfter = 0 }, (_, _) => Task.FromResult(Interlocked.Increment(ref ran)));
        await runner.RunAsync(untilIdle: true, CancellationToken.None).InTime();
        Assert.Equal(3, ran);
    }

    [Fact]
    public async Task A_listener_who_may_not_delete_keeps_all_and_leaves_the_rest_to_who_may()
    {
        var database = await Server.MakeDatabaseAsync();
        await using (ServerJournal.Open(At(database)))
        {
        }
        var user = await MakeUserAsync();
        await Server.ExecuteAsync(database, $"grant usage on schema pbxevents to {user}; grant select on all tables in schema pbxevents to {user}; "
            + $"grant insert on pbxevents.run, pbxevents.event to {user}; grant insert, update on pbxevents.origin, pbxevents.block, pbxevents.state to {user};");
        await using var journal = ServerJournal.Open(At(database) with { User = user, Password = new Secret("word") }, o => o with { MaxAge = TimeSpan.FromSeconds(1) });
        var log = new EventLog(100);
        for (var i = 1; i <= 5; i++)
            log.Append(JournalFolder.Make(i, at: DateTimeOffset.UtcNow.AddDays(-1)));
        Assert.True(await journal.KeptAsync(journal.Keep(JournalFolder.Stream(log)), 5));
        Assert.Equal((5L, null), (journal.Events, journal.LastError));
    }

    [Fact]
    public async Task What_is_wrong_with_the_way_to_it_is_told_without_the_password()
    {
        var database = await Server.MakeDatabaseAsync();
        Check(At(database) with { Password = new Secret("wrong-word") }, PbxErrorKind.CredentialRefused, true);
        Check(At("nowhere"), PbxErrorKind.JournalFailed, true);
        Check(At(database) with { Port = 1 }, PbxErrorKind.ConnectionRefused, false);
        Check(At(database) with { Host = "nowhere.invalid" }, PbxErrorKind.HostNotFound, false);
        Check(At(database) with { SslMode = PbxSslMode.VerifyFull }, PbxErrorKind.TlsNotOffered, false);

        static void Check(JournalServer server, PbxErrorKind kind, bool isPermanent)
        {
            var refusal = Assert.Throws<PbxException>(() => ServerJournal.Open(server));
            Assert.Equal((kind, isPermanent), (refusal.Kind, refusal.IsPermanent));
            Assert.Contains(server.Address, refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(server.Password!.Reveal(), refusal.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_journal_of_a_newer_version_is_only_read_and_only_if_it_says_that_it_may_be()
    {
        var database = await Server.MakeDatabaseAsync();
        await using (var journal = ServerJournal.Open(At(database)))
            Assert.True(await KeepAsync(journal, 3));
        await Server.ExecuteAsync(database, "update pbxevents.journal set form = 99");
        Assert.Equal(PbxErrorKind.JournalTooNew, Assert.Throws<PbxException>(() => ServerJournal.Open(At(database))).Kind);
        await using (var journal = ServerJournal.Open(At(database), o => o with { ReadOnly = true }))
            Assert.Equal(3, journal.Read(EventQuery.Everything).Count());
        await Server.ExecuteAsync(database, "update pbxevents.journal set min_reader = 99");
        Assert.Equal(PbxErrorKind.JournalTooNew, Assert.Throws<PbxException>(() => ServerJournal.Open(At(database), o => o with { ReadOnly = true })).Kind);
    }

    [Fact]
    public async Task What_a_database_cannot_hold_as_text_comes_back_as_a_mark_and_the_payload_as_it_was()
    {
        var server = At(await Server.MakeDatabaseAsync());
        await using var journal = ServerJournal.Open(server);
        using var store = new PostgresStore(new PostgresDatabase(server), PbxJournalDurability.Power);
        var payload = new byte[] { 0, 0xff, 0x7b };
        store.Append(Guid.NewGuid(), [new EventRecord { Seq = 1, Run = 1, EventId = "a", CallId = "one\0two\ud800three", Raw = payload }], _ => new JournalRun("one\0two", "Fake"));
        using var reader = new PostgresReader(new PostgresDatabase(server));
        var read = Assert.Single(reader.Read(EventQuery.Everything, 0));
        Assert.Equal(("one\uFFFDtwo\uFFFDthree", "one\uFFFDtwo"), (read.CallId, reader.FindRun(read.Run).Connection));
        Assert.Equal(payload, read.Raw.ToArray());
        Assert.Single(journal.Read(new EventQuery(CallIds: ["one\0two\ud800three"], Connection: "one\0two")));
    }

    [Fact]
    public async Task Two_that_keep_at_once_have_numbers_without_holes_and_each_its_own_order()
    {
        var server = At(await Server.MakeDatabaseAsync());
        await using var left = ServerJournal.Open(server);
        await using var right = ServerJournal.Open(server, o => o with { Name = "right" });
        await Task.WhenAll(KeepAsync(left, 2000, "left"), KeepAsync(right, 2000, "right"));
        var read = left.ReadNumbered(EventQuery.Everything).ToArray();
        Assert.Equal(Enumerable.Range(1, 4000).Select(n => (long)n), read.Select(r => r.Number));
        foreach (var connection in (string[])["left", "right"])
            Assert.Equal(Enumerable.Range(1, 2000).Select(i => $"id{i}"), read.Where(r => r.Event.Connection == connection).Select(r => r.Event.Id));
    }

    [Fact]
    public async Task What_another_process_keeps_is_heard_of_at_once()
    {
        var server = At(await Server.MakeDatabaseAsync());
        await using var listener = ServerJournal.Open(server);
        await using var worker = ServerJournal.Open(server, o => o with { Name = "worker" });
        var ran = new TaskCompletionSource<long>();

        // The clock stands still: no look from time to time wakes it.
        using var runner = worker.React(new ReactionOptions { Name = "tickets", StartAfter = 0, Clock = new ManualTimeProvider() }, (d, _) => Task.FromResult(ran.TrySetResult(Stopwatch.GetTimestamp())));
        using var stop = new CancellationTokenSource();
        var run = runner.RunAsync(untilIdle: false, stop.Token);
        await Task.Delay(300);
        Assert.True(await KeepAsync(listener, 1));
        Assert.InRange(Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), await ran.Task.InTime()).TotalSeconds, -60, 1);
        await stop.CancelAsync();
        await run.InTime();
    }

    [Fact]
    public async Task Workers_share_the_parts_and_take_over_those_of_one_that_ended()
    {
        var database = await Server.MakeDatabaseAsync();
        await using (var journal = ServerJournal.Open(At(database)))
            Assert.True(await KeepAsync(journal, 1));
        var (first, second, third) = (OpenReaction(), OpenReaction(), OpenReaction());
        await SettleAsync(first, second, third);
        Assert.Equal([20, 22, 22], Held(first, second, third).Order());
        var all = new[] { first, second, third }.SelectMany(s => s.Parts!.Held).ToArray();
        Assert.Equal(Enumerable.Range(0, Part.Count), all.Select(p => (int)p).Order());
        var figures = Assert.Single(new PostgresReactionBook(new PostgresDatabase(At(database))).GetAll());
        Assert.Equal([20, 22, 22], figures.Workers.Select(w => w.Parts.Count).Order());
        Assert.All(figures.Workers, w => Assert.Equal(PostgresDatabase.ProcessName, w.Process));
        second.Dispose();
        await SettleAsync(first, third);
        Assert.Equal([32, 32], Held(first, third));
        first.Dispose();
        third.Dispose();

        IReactionStore OpenReaction() => PostgresReactionStore.Open(new PostgresDatabase(At(database)), new ReactionOptions { Name = "tickets" }, 0);

        static int[] Held(params IReactionStore[] stores) => [.. stores.Select(s => s.Parts!.Held.Length)];

        static Task SettleAsync(params IReactionStore[] stores) => Until.TrueAsync(() =>
        {
            foreach (var store in stores)
                store.Share(DateTimeOffset.UtcNow);
            return Held(stores) is var held && held.Sum() == Part.Count && held.Max() - held.Min() <= 2;
        });
    }

    [Fact]
    public async Task A_part_whose_action_runs_is_not_given_to_another()
    {
        var server = At(await Server.MakeDatabaseAsync());
        await using var journal = ServerJournal.Open(server);
        using var first = PostgresReactionStore.Open(new PostgresDatabase(server), new ReactionOptions { Name = "tickets" }, 0);
        var key = "cone/a";
        first.Take(1, key, WorkState.Runs, DateTimeOffset.UtcNow);
        using var second = PostgresReactionStore.Open(new PostgresDatabase(server), new ReactionOptions { Name = "tickets" }, 0);
        await Until.TrueAsync(() =>
        {
            first.Share(DateTimeOffset.UtcNow);
            second.Share(DateTimeOffset.UtcNow);
            return second.Parts!.Held.Length == 32;
        });
        Assert.Contains(Part.Of(key, 1), first.Parts!.Held);
        Assert.Null(second.NextDue(DateTimeOffset.UtcNow.AddDays(1)));
        first.Succeed(1, "key", DateTimeOffset.UtcNow);
        Assert.True(second.IsDone("key", 1));
    }

    [Fact]
    public async Task One_that_lost_its_link_can_mark_nothing_and_another_takes_what_it_was_at()
    {
        var database = await Server.MakeDatabaseAsync();
        await ServerJournal.Open(At(database)).DisposeAsync();
        using var first = PostgresReactionStore.Open(new PostgresDatabase(At(database)), new ReactionOptions { Name = "tickets" }, 0);
        first.Take(1, "cone/a", WorkState.Runs, DateTimeOffset.UtcNow);
        await Server.ExecuteAsync("postgres", $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'");
        using var second = PostgresReactionStore.Open(new PostgresDatabase(At(database)), new ReactionOptions { Name = "tickets" }, 0);
        await Until.TrueAsync(() => second.Share(DateTimeOffset.UtcNow) || second.Parts!.Held.Length == Part.Count);
        Assert.Throws<PbxException>(() => first.Succeed(1, "key", DateTimeOffset.UtcNow));
        Assert.False(second.IsDone("key", 1));
        Assert.Equal(new Work(1, 1, WasCutOff: true, IsReplay: false), second.NextDue(DateTimeOffset.UtcNow));
    }

    [Fact]
    public async Task A_reaction_keeps_the_order_it_began_with_and_is_not_forgotten_while_somebody_runs_it()
    {
        await using var journal = ServerJournal.Open(At(await Server.MakeDatabaseAsync()));
        using (journal.React(new ReactionOptions { Name = "tickets" }, (_, _) => Task.CompletedTask))
        {
            var refusal = Assert.Throws<PbxException>(() => journal.HoldReaction("tickets"));
            Assert.Equal(PbxErrorKind.JournalInUse, refusal.Kind);
            Assert.Contains(PostgresDatabase.ProcessName, refusal.Message, StringComparison.Ordinal);
        }
        var other = Assert.Throws<PbxException>(() => journal.React(new ReactionOptions { Name = "tickets", OrderBy = PbxOrderBy.None }, (_, _) => Task.CompletedTask));
        Assert.Equal((PbxErrorKind.InvalidOption, true), (other.Kind, other.IsPermanent));
        var isForgotten = false;
        await Until.TrueAsync(() => isForgotten || Forget());
        using var all = journal.OpenReactions(isReadOnly: true);
        Assert.Empty(all.GetAll());

        bool Forget()
        {
            // The server ends the session of the one above in its own time.
            try
            {
                using var held = journal.HoldReaction("tickets");
                using var book = journal.OpenReactions(isReadOnly: false);
                book.Remove("tickets");
                return isForgotten = true;
            }
            catch (PbxException e) when (e.Kind == PbxErrorKind.JournalInUse)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task Events_whose_commit_was_never_answered_are_not_kept_twice()
    {
        // A standby that is not there: the server commits, and then waits for it instead of answering.
        await using var server = await PostgresServer.StartAsync(null, "fsync=off");
        var database = await server.MakeDatabaseAsync();
        await using var journal = ServerJournal.Open(SharedServer.At(server, database));
        var log = new EventLog(100);
        log.Append(JournalFolder.Make(1));
        var kept = journal.Keep(JournalFolder.Stream(log));
        Assert.True(await journal.KeptAsync(kept, 1));
        await server.ExecuteAsync("postgres", "alter system set synchronous_standby_names = 'nobody'");
        await server.ExecuteAsync("postgres", "select pg_reload_conf()");
        await Until.TrueAsync(() => Task.Run(() => server.AskAsync(database, "show synchronous_standby_names")).GetAwaiter().GetResult() is "nobody");
        log.Append(JournalFolder.Make(2));
        await Until.TrueAsync(() => Task.Run(() => server.AskAsync(database, "select count(*) from pg_stat_activity where wait_event = 'SyncRep'")).GetAwaiter().GetResult() is > 0L);

        // What comes meanwhile is kept with it, once.
        log.Append(JournalFolder.Make(3));
        await server.ExecuteAsync("postgres", "alter system reset synchronous_standby_names");
        await server.ExecuteAsync(database, "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'");
        await server.ExecuteAsync("postgres", "select pg_reload_conf()");
        Assert.True(await journal.KeptAsync(kept, 3));
        Assert.Equal(["id1", "id2", "id3"], journal.Read(EventQuery.Everything).Select(e => e.Id));
        Assert.Equal(3, journal.NewestNumber);
    }

    [Fact]
    public async Task A_pooler_that_deals_out_connections_by_transactions_is_refused()
    {
        if (PgBouncer.Find() is not { } program)
        {
            // Debian: apt-get install pgbouncer.
            return;
        }
        var database = await Server.MakeDatabaseAsync();
        await using (var bouncer = await PgBouncer.StartAsync(program, Server, "transaction"))
        {
            var refusal = Assert.Throws<PbxException>(() => ServerJournal.Open(At(database) with { Port = bouncer.Port }));
            Assert.Equal((PbxErrorKind.NotSupported, true), (refusal.Kind, refusal.IsPermanent));
            Assert.Contains("session", refusal.Advice, StringComparison.Ordinal);
        }
        await using (var bouncer = await PgBouncer.StartAsync(program, Server, "session"))
        {
            await using var journal = ServerJournal.Open(At(database) with { Port = bouncer.Port });
            Assert.True(await KeepAsync(journal, 3));
        }
    }

    private static Task<bool> KeepAsync(EventJournal journal, int events, string connection = "one")
    {
        var log = new EventLog(events);
        for (var i = 1; i <= events; i++)
            log.Append(JournalFolder.Make(i));
        return journal.KeptAsync(journal.Keep(JournalFolder.Stream(log, connection)), events);
    }

    private JournalServer At(string database) => SharedServer.At(Server, database);

    private async Task<string> MakeUserAsync()
    {
        var user = $"user_{Guid.NewGuid():N}";
        await Server.ExecuteAsync("postgres", $"create user {user} password 'word'");
        return user;
    }
}
