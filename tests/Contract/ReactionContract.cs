using System.Collections.Concurrent;
using PbxEvents.Journal;
using PbxEvents.Journal.Reactions;
using PbxEvents.Providers.Connection;
using PbxEvents.Tests.Unit.Journal;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Contract;

/// <summary>Tries, retries, order and dead letters: the same on every store. The clock is the test's.</summary>
public abstract class ReactionContract : IAsyncLifetime
{
    private readonly IJournalHome _home;
    private readonly ManualTimeProvider _clock = new();
    private readonly EventLog _log = new(10_000);
    private readonly ConcurrentQueue<string> _ran = new();
    private readonly EventJournal _journal;
    private readonly IEventKeeping _kept;
    private int _number;

    private protected ReactionContract(IJournalHome home)
    {
        _home = home;
        _journal = home.Open();
        _kept = _journal.Keep(JournalFolder.Stream(_log));
    }

    private DateTimeOffset Begin { get; } = new ManualTimeProvider().GetUtcNow();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _journal.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task Runs_once_for_each_event_that_fits_and_goes_on_where_it_stopped()
    {
        await ComeAsync("a", "b", "a");
        await RunAsync(options: o => o with { IsMatch = e => e.CallId == "a" });
        Assert.Equal(["id1", "id3"], _ran);
        await ComeAsync("a", "b");
        await RunAsync(options: o => o with { IsMatch = e => e.CallId == "a" });
        Assert.Equal(["id1", "id3", "id4"], _ran);
        using var runner = React(o => o);
        Assert.Equal(5, runner.Store.Place);
        Assert.Equal(0, runner.Store.CountOpen());
    }

    [Fact]
    public async Task Begins_with_what_comes_from_now_on_when_nobody_has_seen_its_name()
    {
        await ComeAsync("a", "a");
        using (React(o => o with { StartAfter = null }))
            await ComeAsync("a");
        await RunAsync(options: o => o with { StartAfter = null });
        Assert.Equal(["id3"], _ran);
    }

    [Fact]
    public async Task What_fails_is_tried_again_later_and_later_then_is_a_dead_letter_and_holds_up_only_its_own_call()
    {
        await ComeAsync("a", "b", "a", "b");
        var attempts = new List<(string Id, int Attempt, double After)>();
        using var runner = React(o => o with { MaxAttempts = 4, Random = () => 0.5 }, d =>
        {
            attempts.Add((d.Event.Id, d.Attempt, (_clock.GetUtcNow() - Begin).TotalSeconds));
            return d.Event.Id == "id1" ? throw new InvalidOperationException($"the desk is closed ({d.Attempt})") : Task.CompletedTask;
        });
        using var stop = new CancellationTokenSource();
        var run = runner.RunAsync(untilIdle: true, stop.Token);
        await PassUntilAsync(() => run.IsCompleted);
        await run;

        // 5, 20 and 80 seconds after the try before. The other call was not held up; what was behind it ran when it was dead.
        var tries = attempts.Where(a => a.Id == "id1").ToArray();
        Assert.Equal([1, 2, 3, 4], tries.Select(t => t.Attempt));
        Assert.Equal([5, 20, 80], tries.Zip(tries.Skip(1), (one, other) => Math.Round(other.After - one.After)));
        Assert.Equal(["id1", "id2", "id4", "id1", "id1", "id1", "id3"], attempts.Select(a => a.Id));
        var dead = Assert.Single(Dead());
        Assert.Equal((1, 4, "the desk is closed (4)"), (dead.Seq, dead.Tries, dead.Failure.Error));
    }

    [Fact]
    public async Task What_would_fail_again_is_a_dead_letter_at_once_and_what_is_behind_it_runs()
    {
        await ComeAsync("a", "a");
        using var runner = React(o => o with { MaxAttempts = 4 }, d =>
        {
            _ran.Enqueue(d.Event.Id);
            return d.Event.Id == "id1" ? throw new TryFailedException(new Failure("HTTP 400", "RequestRefused") { IsPermanent = true }) : Task.CompletedTask;
        });
        await FinishAsync(runner);
        Assert.Equal(["id1", "id2"], _ran);
        var dead = Assert.Single(Dead());
        Assert.Equal((1, 1, "HTTP 400", "RequestRefused"), (dead.Seq, dead.Tries, dead.Failure.Error, dead.Failure.ErrorId));
    }

    [Fact]
    public async Task What_was_cut_off_is_tried_again_and_ends_after_its_last_try()
    {
        await ComeAsync("a");
        var begun = 0;
        for (var kill = 1; kill <= 3; kill++)
        {
            // A process that dies in the action leaves the start mark.
            using var dying = React(o => o with { MaxAttempts = 3 }, _ =>
            {
                Interlocked.Increment(ref begun);
                return Task.Delay(-1);
            });
            _ = dying.RunAsync(untilIdle: false, CancellationToken.None);
            await Until.TrueAsync(() => Volatile.Read(ref begun) == kill);
        }
        using var runner = React(o => o with { MaxAttempts = 3 });

        // A server takes a moment to see that a session has ended.
        await Until.TrueAsync(() =>
        {
            runner.Store.Share(_clock.GetUtcNow());
            return Dead().Count > 0;
        });
        var dead = Assert.Single(Dead());
        Assert.Equal(3, dead.Tries);
        Assert.StartsWith("The process", dead.Failure.Error, StringComparison.Ordinal);
        Assert.EndsWith("ended while the action ran.", dead.Failure.Error, StringComparison.Ordinal);
        await FinishAsync(runner);
        Assert.Empty(_ran);
    }

    [Fact]
    public async Task What_was_cut_off_is_tried_alone_so_that_nothing_else_dies_with_what_ends_its_process()
    {
        await ComeAsync("a", "b", "c", "d", "e");
        using (var dying = React(o => o with { Concurrency = 3 }, _ => Task.Delay(-1)))
        {
            _ = dying.RunAsync(untilIdle: false, CancellationToken.None);
            await Until.TrueAsync(() => dying.Store.CountOpen() == 3);
        }
        var (now, beside) = (0, new ConcurrentDictionary<long, int>());
        using var runner = React(o => o with { Concurrency = 3 }, async d =>
        {
            beside[d.Seq] = Interlocked.Increment(ref now);
            await Task.Delay(50);
            Interlocked.Decrement(ref now);
        });
        await FinishAsync(runner);
        Assert.Equal([1, 1, 1], new[] { beside[1], beside[2], beside[3] });
        Assert.Equal(2, Math.Max(beside[4], beside[5]));
    }

    [Fact]
    public async Task The_same_event_twice_runs_once_and_so_does_a_call_that_comes_to_a_state_by_two_events()
    {
        _log.Append(JournalFolder.Make(1));
        _log.Append(JournalFolder.Make(1));
        for (var i = 2; i <= 3; i++)
        {
            var e = JournalFolder.Make(i, "missed");
            e.CallState = PbxCallState.Ended;
            _log.Append(e);
        }
        await _journal.KeptAsync(_kept, _log.Head);
        await RunAsync(options: o => o with { IsOfMoments = true });
        Assert.Equal(["id1", "id2"], _ran);
    }

    [Fact]
    public async Task A_finished_step_is_not_run_again_at_the_next_try_and_the_key_stays_the_same()
    {
        await ComeAsync("a");
        var keys = new HashSet<string>();
        var steps = 0;
        using var runner = React(o => o, d =>
        {
            keys.Add(d.Key);
            if (d.FindStep("ticket") is null)
                d.SaveStep("ticket", $"""{"{"}"id":{++steps}{"}"}""");
            return d.Attempt < 3 ? throw new InvalidOperationException(d.FindStep("ticket")) : Task.CompletedTask;
        });
        var run = runner.RunAsync(untilIdle: true, CancellationToken.None);
        await PassUntilAsync(() => run.IsCompleted);
        await run;
        Assert.Equal(1, steps);
        Assert.Equal("tickets/one/id1", Assert.Single(keys));
        Assert.Null(runner.Store.FindStep(1, "ticket"));
    }

    [Fact]
    public async Task Several_at_once_are_of_different_calls_and_each_call_keeps_its_order()
    {
        for (var i = 0; i < 60; i++)
            _log.Append(JournalFolder.Make(++_number, $"c{i % 6}"));
        await _journal.KeptAsync(_kept, _number);
        var (atOnce, most, running) = (0, 0, new ConcurrentDictionary<string, int>());
        using var runner = React(o => o with { Concurrency = 4 }, async d =>
        {
            Assert.True(running.TryAdd(d.Event.CallId!, 1));
            most = Math.Max(most, Interlocked.Increment(ref atOnce));
            await Task.Delay(2);
            _ran.Enqueue($"{d.Event.CallId} {d.Seq}");
            Interlocked.Decrement(ref atOnce);
            running.TryRemove(d.Event.CallId!, out _);
        });
        await FinishAsync(runner);
        Assert.Empty(Dead());
        Assert.InRange(most, 2, 4);
        Assert.Equal(60, _ran.Count);
        foreach (var call in _ran.GroupBy(r => r.Split(' ')[0], r => long.Parse(r.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)))
            Assert.Equal(call.Order(), call);
    }

    [Fact]
    public async Task An_action_that_does_not_end_is_told_to_and_one_that_waits_for_nothing_new_lets_it_end()
    {
        await ComeAsync("a");
        using var runner = React(o => o with { MaxAttempts = 1, Timeout = TimeSpan.FromSeconds(30) }, (_, limit) => Task.Delay(-1, limit));
        using var stop = new CancellationTokenSource();
        var run = runner.RunAsync(untilIdle: false, stop.Token);
        await Until.TrueAsync(() => runner.Store.CountOpen() == 1);
        await stop.CancelAsync();
        await Task.Delay(100);
        Assert.False(run.IsCompleted);
        await PassUntilAsync(() => run.IsCompleted);
        await run;
        Assert.Contains("00:00:30", Assert.Single(Dead()).Failure.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_that_is_too_old_is_a_dead_letter_without_a_try()
    {
        _log.Append(JournalFolder.Make(1, at: _clock.GetUtcNow().AddHours(-2)));
        _log.Append(JournalFolder.Make(2, "b", at: _clock.GetUtcNow()));
        await _journal.KeptAsync(_kept, 2);
        using var runner = React(o => o with { MaxEventAge = TimeSpan.FromHours(1) });
        await FinishAsync(runner);
        Assert.Equal(["id2"], _ran);
        Assert.Equal((1, 0), Assert.Single(Dead()) is var dead ? (dead.Seq, dead.Tries) : default);
    }

    [Fact]
    public async Task An_event_that_became_too_old_while_it_waited_is_a_dead_letter_too_but_runs_when_somebody_asks_for_it()
    {
        var old = new ConcurrentQueue<long>();
        _log.Append(JournalFolder.Make(1, at: _clock.GetUtcNow()));
        _log.Append(JournalFolder.Make(2, at: _clock.GetUtcNow()));
        await _journal.KeptAsync(_kept, 2);
        using var runner = React(o => o with { MaxEventAge = TimeSpan.FromMinutes(10), RetryDelay = TimeSpan.FromMinutes(15), Failed = (d, _, _) => old.Enqueue(d.Seq) }, d =>
            d is { Seq: 1, Attempt: 1 } ? throw new InvalidOperationException("later") : Ran(d));
        var run = runner.RunAsync(untilIdle: true, CancellationToken.None);
        await Until.TrueAsync(() => runner.Store.NextDueAt() > _clock.GetUtcNow());
        _clock.Advance(TimeSpan.FromMinutes(20));
        await PassUntilAsync(() => run.IsCompleted);

        // What was tried is tried on, however long it takes.
        Assert.Equal(["id1"], _ran);
        var dead = Assert.Single(Dead());
        Assert.Equal((2, 0, "EventTooOld"), (dead.Seq, dead.Tries, dead.Failure.ErrorId));
        Assert.Matches("arrived 0.00:[2-9][0-9]:[0-9]{2} before its turn came, .* older than 00:10:00", dead.Failure.Error);
        using (var book = _journal.OpenReactions(isReadOnly: false))
            Assert.True(book.RestartDead("tickets", 2, _clock.GetUtcNow()));
        await FinishAsync(runner);
        Assert.Equal(["id1", "id2"], _ran);
    }

    [Fact]
    public async Task A_dead_letter_that_is_tried_again_waits_for_the_later_event_of_its_call_that_runs()
    {
        await ComeAsync("a", "a", "b");
        var (now, most) = (0, 0);
        var gate = new TaskCompletionSource();
        using var runner = React(o => o with { Concurrency = 3, MaxAttempts = 1 }, async d =>
        {
            if (d is { Seq: 1, IsReplay: false })
                throw new InvalidOperationException("dead");
            if (d.Event.CallId == "a")
                most = Math.Max(most, Interlocked.Increment(ref now));
            if (d.Seq == 2)
                await gate.Task;
            if (d.Event.CallId == "a")
                Interlocked.Decrement(ref now);
            await Ran(d);
        });
        var run = runner.RunAsync(untilIdle: true, CancellationToken.None);
        await Until.TrueAsync(() => _ran.Contains("id3") && Dead().Count == 1 && Volatile.Read(ref now) == 1);
        using (var book = _journal.OpenReactions(isReadOnly: false))
            Assert.True(book.RestartDead("tickets", 1, _clock.GetUtcNow()));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Task.Delay(200);
        Assert.DoesNotContain("id1", _ran);
        gate.SetResult();
        await PassUntilAsync(() => run.IsCompleted);
        await run;
        Assert.Equal(["id3", "id2", "id1"], _ran);
        Assert.Equal(1, most);
    }

    [Theory]
    [InlineData(PbxOrderBy.Call, 1)]
    [InlineData(PbxOrderBy.Extension, 2)]
    [InlineData(PbxOrderBy.None, 4)]
    public async Task What_must_wait_for_what_is_by_the_order(PbxOrderBy order, int together)
    {
        // One call; two extensions.
        for (var i = 1; i <= 4; i++)
        {
            var e = JournalFolder.Make(i, "a");
            e.Extension = $"{1000 + i % 2}";
            _log.Append(e);
        }
        await _journal.KeptAsync(_kept, 4);
        var begun = new ConcurrentQueue<long>();
        var gate = new TaskCompletionSource();
        using var runner = React(o => o with { Concurrency = 4, OrderBy = order }, d =>
        {
            begun.Enqueue(d.Seq);
            return gate.Task;
        });
        var run = runner.RunAsync(untilIdle: true, CancellationToken.None);
        await Until.TrueAsync(() => Figures().Lag == 0 && begun.Count >= together);
        await Task.Delay(100);
        Assert.Equal(Enumerable.Range(1, together).Select(n => (long)n), begun.Order());
        Assert.Equal((together, 4 - together), ((int)Figures().Running, (int)Figures().Waiting));
        gate.SetResult();
        await PassUntilAsync(() => run.IsCompleted);
        await run;
        Assert.Equal([1, 2, 3, 4], begun.Order());
    }

    [Fact]
    public async Task What_waited_behind_an_event_that_died_with_its_process_runs_at_the_next_start()
    {
        await ComeAsync("a", "a", "a", "b");
        using (var dying = React(o => o with { MaxAttempts = 1, Concurrency = 2 }, d => d.Seq == 1 ? Task.Delay(-1) : Ran(d)))
        {
            _ = dying.RunAsync(untilIdle: false, CancellationToken.None);
            await Until.TrueAsync(() => dying.Store.Place == 4 && _ran.Contains("id4"));
        }
        using var runner = React(o => o with { MaxAttempts = 1 });
        await FinishAsync(runner);
        Assert.Equal(["id4", "id2", "id3"], _ran);
        Assert.Equal(1, Assert.Single(Dead()).Seq);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_does_not_put_off_a_try_by_more_than_the_longest_delay()
    {
        await ComeAsync("a");
        var late = new ManualTimeProvider();
        late.Advance(TimeSpan.FromDays(3));
        using (var runner = React(o => o with { Clock = late }, d => throw new InvalidOperationException("later")))
        {
            using var stop = new CancellationTokenSource();
            var run = runner.RunAsync(untilIdle: false, stop.Token);
            await Until.TrueAsync(() => runner.Store.NextDueAt() is not null);
            await stop.CancelAsync();
            await run.InTime();
        }
        await RunAsync(o => o);
        Assert.Equal(["id1"], _ran);
    }

    [Fact]
    public async Task What_somebody_asks_to_run_again_runs_where_the_reaction_does_and_with_the_first_keys()
    {
        await ComeAsync("a", "b", "c");
        using var stop = new CancellationTokenSource();
        var keys = new ConcurrentQueue<string>();
        using var runner = React(o => o with { IsMatch = e => e.CallId != "c", MaxAttempts = 1 }, d =>
        {
            keys.Enqueue($"{d.Key} {d.IsReplay}");
            return d is { Seq: 2, IsReplay: false } ? throw new InvalidOperationException("dead") : Ran(d);
        });
        var run = runner.RunAsync(untilIdle: false, stop.Token);
        await Until.TrueAsync(() => runner.Store.Place == 3 && runner.Store.CountOpen() == 0);

        Ask(force: false);
        await PassUntilAsync(() => runner.Store.CountOpen() == 0);
        Assert.Equal(["id1", "id2"], _ran);
        Assert.Empty(Dead());
        Ask(force: true);
        await PassUntilAsync(() => runner.Store.CountOpen() == 0);
        Assert.Equal(["id1", "id2", "id1", "id2"], _ran);
        Assert.Equal(["tickets/one/id1 False", "tickets/one/id2 False", "tickets/one/id2 True", "tickets/one/id1 True", "tickets/one/id2 True"], keys);
        await stop.CancelAsync();
        await run.InTime();
    }

    [Fact]
    public async Task What_was_asked_while_nothing_ran_is_seen_to_at_the_next_start_and_is_not_for_what_came_since()
    {
        await ComeAsync("a", "b");
        await RunAsync(o => o);
        Ask(force: true);
        await ComeAsync("c");
        var replayed = new ConcurrentQueue<long>();
        using var runner = React(o => o, d =>
        {
            if (d.IsReplay)
                replayed.Enqueue(d.Seq);
            return Ran(d);
        });
        Assert.Equal(1, runner.Store.CountOpen());
        await FinishAsync(runner);
        Assert.Equal(["id1", "id1", "id2", "id2", "id3"], _ran.Order());
        Assert.Equal([1, 2], replayed.Order());
        Assert.Null(runner.Store.NextReplay());
    }

    [Fact]
    public async Task The_past_of_many_events_runs_again_once_each()
    {
        for (var i = 0; i < 2500; i++)
            _log.Append(JournalFolder.Make(++_number, $"c{i % 50}"));
        await _journal.KeptAsync(_kept, _number);
        await RunAsync(o => o);
        Ask(force: true);
        await RunAsync(o => o with { Concurrency = 4 });
        Assert.Equal(5000, _ran.Count);
        Assert.All(_ran.GroupBy(r => r), g => Assert.Equal(2, g.Count()));
    }

    [Fact]
    public async Task What_it_has_open_stays_for_it_when_it_is_dropped_and_what_it_has_not_seen_is_told_with_the_exact_count()
    {
        await ComeAsync("a", "b", "c", "d", "e");
        using (var first = React(o => o, d => d.Seq == 1 ? throw new InvalidOperationException("later") : Task.CompletedTask))
        {
            using var stop = new CancellationTokenSource();
            var run = first.RunAsync(untilIdle: false, stop.Token);
            await Until.TrueAsync(() => first.Store.Place == 5);
            await stop.CancelAsync();
            await run.InTime();
        }
        await ComeAsync("f", "g", "h");
        await _journal.DisposeAsync();

        // For their age only what it has seen; for their size all but the newest.
        Assert.Equal(5, _home.Trim(long.MaxValue, long.MaxValue));
        Assert.Equal(0, _home.Trim(long.MaxValue, long.MaxValue));
        Assert.Equal(2, _home.Trim(long.MaxValue, 1));
        await using var journal = _home.Open();
        var gaps = new List<PbxGap>();
        _clock.Advance(TimeSpan.FromHours(1));
        using var runner = journal.React(
            new ReactionOptions { Name = "tickets", StartAfter = 0, Clock = _clock, Missed = gaps.Add },
            (d, _) => Ran(d));
        await FinishAsync(runner);
        Assert.Equal(["id1", "id8"], _ran);
        Assert.Equal(2, Assert.Single(gaps).EventsLost);
    }

    [Fact]
    public async Task Two_that_run_one_reaction_are_refused_by_name_and_two_reactions_are_not()
    {
        await ComeAsync("a");
        using var one = React(o => o);
        var refusal = Assert.Throws<PbxException>(() => React(o => o));
        Assert.Equal(PbxErrorKind.JournalInUse, refusal.Kind);
        Assert.Contains("'tickets' is already run by this process", refusal.Message, StringComparison.Ordinal);
        using var other = React(o => o with { Name = "writer'; drop table work; --" });
        await FinishAsync(other);
        await FinishAsync(one);
        Assert.Equal(["id1", "id1"], _ran);
    }

    [Fact]
    public async Task A_new_event_runs_within_a_moment()
    {
        using var runner = React(o => o);
        using var stop = new CancellationTokenSource();
        var run = runner.RunAsync(untilIdle: false, stop.Token);
        await Task.Delay(50);

        // The clock stands still: only the commit can have woken it.
        await ComeAsync("a");
        await Until.TrueAsync(() => _ran.Count == 1);
        await stop.CancelAsync();
        await run.InTime();
    }

    private ReactionFigures Figures()
    {
        using var book = _journal.OpenReactions(isReadOnly: true);
        return Assert.Single(book.GetAll());
    }

    private IReadOnlyList<DeadWork> Dead()
    {
        using var book = _journal.OpenReactions(isReadOnly: true);
        return book.GetDead("tickets");
    }

    private void Ask(bool force)
    {
        using var book = _journal.OpenReactions(isReadOnly: false);
        book.AskReplay("tickets", DateTimeOffset.MinValue, DateTimeOffset.MaxValue, force);
    }

    private ReactionRunner React(Func<ReactionOptions, ReactionOptions> options, Func<Delivery, CancellationToken, Task>? action = null) =>
        _journal.React(options(new ReactionOptions { Name = "tickets", StartAfter = 0, Clock = _clock }), action ?? ((d, _) => Ran(d)));

    private ReactionRunner React(Func<ReactionOptions, ReactionOptions> options, Func<Delivery, Task> action) => React(options, (d, _) => action(d));

    private Task Ran(Delivery delivery)
    {
        _ran.Enqueue(delivery.Event.Id);
        return Task.CompletedTask;
    }

    private async Task RunAsync(Func<ReactionOptions, ReactionOptions> options)
    {
        using var runner = React(options);
        await FinishAsync(runner);
    }

    /// <summary>Runs until all is done. The clock goes on where something looks at it only from time to time.</summary>
    private async Task FinishAsync(ReactionRunner runner)
    {
        var run = runner.RunAsync(untilIdle: true, CancellationToken.None);
        for (var i = 0; i < 600 && await Task.WhenAny(run, Task.Delay(100)) != run; i++)
            _clock.Advance(TimeSpan.FromSeconds(0.25));
        await run.InTime();
    }

    private async Task ComeAsync(params string[] calls)
    {
        foreach (var call in calls)
            _log.Append(JournalFolder.Make(++_number, call));
        Assert.True(await _journal.KeptAsync(_kept, _log.Head));
    }

    private async Task PassUntilAsync(Func<bool> isSo)
    {
        for (var i = 0; i < 3000 && !isSo(); i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(0.25));
            await Task.Delay(_home.Pace);
        }
        Assert.True(isSo());
    }
}
