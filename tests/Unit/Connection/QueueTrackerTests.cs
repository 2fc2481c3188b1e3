using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Connection;

/// <summary>What queues look like, from what events and calls say; the platforms' frames are tested with their events.</summary>
public sealed class QueueTrackerTests
{
    private readonly RecordingHost _host = new();
    private readonly CallUpdate _update = new();

    private PbxQueue Queue(string number = "Q") => _host.Queues.Single(q => q.Queue == number);

    private void Call(string id, Action<CallUpdate> fill)
    {
        _update.Reset(id);
        fill(_update);
        _host.Emit(new PbxEvent { Category = PbxCategory.Call, Name = "call" }, _update);
    }

    private void Tell(QueueUpdate update, string? call = null)
    {
        if (call is not null)
            _update.Reset(call).Queue = update.Queue;
        _host.Emit(new PbxEvent { Category = PbxCategory.Queue, Name = "queue" }, call is null ? null : _update, update);
    }

    private static QueueUpdate Entered(string id, string queue = "Q")
    {
        var update = new QueueUpdate(queue);
        update.Entered.Add(new PbxQueueCaller { CallId = id, From = $"+{id}", EnteredAt = default });
        return update;
    }

    private static QueueUpdate Left(string id)
    {
        var update = new QueueUpdate("Q");
        update.Left.Add(id);
        return update;
    }

    private void Offer(string id) => Call(id, u =>
    {
        u.Queue = "Q";
        u.From = $"+{id}";
        u.State = PbxCallState.Offered;
    });

    private void Answer(string id) => Call(id, u =>
    {
        u.State = PbxCallState.Answered;
        u.AnsweredBy = "101";
    });

    private void End(string id, PbxOutcome? outcome = null) => Call(id, u =>
    {
        u.IsEnd = true;
        u.Outcome = outcome;
    });

    [Fact]
    public void A_call_waits_from_when_its_queue_is_known_until_somebody_answers()
    {
        var start = _host.Now;
        Offer("1");
        _host.Advance(TimeSpan.FromSeconds(5));
        Offer("2");
        Assert.Equal(["1", "2"], Queue().Waiting.Select(c => c.CallId));
        Assert.Equal(start, Queue().WaitingSince);
        Assert.Equal("+1", Queue().Waiting[0].From);

        Answer("1");
        Assert.Equal(["2"], Queue().Waiting.Select(c => c.CallId));
        Assert.Equal(1, Queue().Talking);

        End("1");
        End("2", PbxOutcome.Abandoned);
        Assert.Empty(Queue().Waiting);
        Assert.Equal((0, 1, 1), (Queue().Talking, Queue().Answered, Queue().Lost));
    }

    [Fact]
    public void Who_was_sent_elsewhere_waits_no_more_though_the_call_goes_on()
    {
        Tell(Entered("1"), "1");
        Tell(Left("1"), "1");
        Offer("1");
        Assert.Empty(Queue().Waiting);

        // Later a person takes the call after all.
        Answer("1");
        Assert.Equal(1, Queue().Talking);
    }

    [Fact]
    public void A_caller_can_come_again_and_move_to_another_queue()
    {
        Tell(Entered("1"), "1");
        Tell(Left("1"), "1");
        Tell(Entered("1"), "1");
        Assert.Single(Queue().Waiting);

        Tell(Entered("1", "R"), "1");
        Assert.Empty(Queue().Waiting);
        Assert.Single(Queue("R").Waiting);
    }

    [Fact]
    public void A_late_word_about_a_call_that_is_over_lets_nobody_wait()
    {
        Offer("1");
        End("1", PbxOutcome.Abandoned);
        Tell(Entered("1"), "1");
        Assert.Empty(Queue().Waiting);
        Assert.Equal(1, Queue().Lost);
    }

    [Fact]
    public void A_picture_replaces_what_was_known()
    {
        Offer("1");
        var picture = Entered("2");
        var whole = new QueueUpdate("Q") { IsPicture = true, Name = "Sales" };
        whole.Entered.AddRange(picture.Entered);
        whole.Agents.Add(new PbxQueueAgent { Extension = "101", State = "READY", Since = default });
        Tell(whole);
        Assert.Equal(["2"], Queue().Waiting.Select(c => c.CallId));
        Assert.Equal("Sales", Queue().Name);

        Tell(new QueueUpdate("Q") { IsPicture = true });
        Assert.Empty(Queue().Waiting);
        Assert.Empty(Queue().Agents);
        Assert.Equal("Sales", Queue().Name);
    }

    [Fact]
    public void Agents_keep_the_time_of_their_state_until_it_changes()
    {
        var start = _host.Now;
        Agent("101", "READY");
        _host.Advance(TimeSpan.FromSeconds(10));
        Agent("101", "READY");
        Assert.Equal(start, Queue().Agents.Single().Since);
        Agent("101", "LOGOUT");
        Assert.Equal(start.AddSeconds(10), Queue().Agents.Single().Since);
        Assert.Null(Queue().WaitingCount);

        var gone = new QueueUpdate("Q");
        gone.Gone.Add("101");
        Tell(gone);
        Assert.Empty(Queue().Agents);

        void Agent(string extension, string state)
        {
            var update = new QueueUpdate("Q");
            update.Agents.Add(new PbxQueueAgent { Extension = extension, State = state, Since = default });
            Tell(update);
        }
    }

    [Theory]
    [InlineData(PbxGapRecovery.Lost, 1)]
    [InlineData(PbxGapRecovery.Partial, 1)]
    [InlineData(PbxGapRecovery.Recovered, 2)]
    public void After_a_loss_only_who_is_told_of_again_is_known_to_wait(PbxGapRecovery recovery, int waiting)
    {
        Offer("1");
        var from = _host.Now;
        _host.Advance(TimeSpan.FromSeconds(10));
        Tell(Entered("2"), "2");
        _host.Emit(new PbxEvent
        {
            Category = PbxCategory.Connection,
            Name = "Gap",
            Gap = new PbxGap { From = from, To = _host.Now, Reason = PbxGapReason.LinkLost, Recovery = recovery },
        });
        Assert.Equal(waiting, Queue().WaitingCount);

        // The platform speaks of the first call again, not of its place: since when it waits is not known.
        Call("1", u => u.Queue = "Q");
        Assert.Equal(waiting, Queue().WaitingCount);
        Answer("1");
        Assert.Equal(1, Queue().Talking);
    }
}
