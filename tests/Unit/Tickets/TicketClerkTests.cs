using PbxEvents.Notify.Tickets;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Tickets;

/// <summary>Looks, makes, looks again; and one ticket for one caller.</summary>
public sealed class TicketClerkTests
{
    private readonly FakeDesk _desk = new();

    [Fact]
    public async Task A_call_that_the_desk_knows_is_not_filed_again()
    {
        _desk.ByCall.Enqueue([FakeDesk.Ticket(4)]);
        Assert.Equal((FakeDesk.Ticket(4), PbxTicketAction.Known), await new TicketClerk(_desk).FileAsync(Notes.Of(), null, default));
        Assert.Equal(["find", "finish 4"], _desk.Done);
    }

    [Fact]
    public async Task A_ticket_that_an_earlier_try_made_meanwhile_stays_and_the_other_is_resolved()
    {
        _desk.ByCall.Enqueue([]);
        _desk.ByCall.Enqueue([FakeDesk.Ticket(8), FakeDesk.Ticket(9)]);
        Assert.Equal((FakeDesk.Ticket(8), PbxTicketAction.Created), await new TicketClerk(_desk).FileAsync(Notes.Of(), null, default));
        Assert.Equal(["find", "create", "find", "resolve 9"], _desk.Done);
    }

    [Fact]
    public async Task A_desk_that_does_not_keep_the_key_is_told_of_for_good()
    {
        _desk.ByCall.Enqueue([]);
        _desk.ByCall.Enqueue([]);
        var fault = await Assert.ThrowsAsync<PbxException>(() => new TicketClerk(_desk).FileAsync(Notes.Of(), null, default));
        Assert.True(fault.IsPermanent);
        Assert.Contains("9", fault.Message);
    }

    [Theory]
    [InlineData(120, "comment 5")]
    [InlineData(121, "comment 5")]
    [InlineData(59, "create")]
    public async Task The_newest_open_ticket_that_is_young_enough_gets_the_comment(int minutes, string expected)
    {
        _desk.ByCall.Enqueue([]);
        _desk.ByCall.Enqueue([FakeDesk.Ticket(9)]);
        _desk.Open = [FakeDesk.Ticket(3, Notes.At.AddHours(-2)), FakeDesk.Ticket(5, Notes.At.AddHours(-1))];
        await new TicketClerk(_desk).FileAsync(Notes.Of(), TimeSpan.FromMinutes(minutes), default);
        Assert.Equal(expected, _desk.Done[2]);
    }

    [Fact]
    public async Task A_hidden_caller_has_a_ticket_for_each_call()
    {
        _desk.ByCall.Enqueue([]);
        _desk.ByCall.Enqueue([FakeDesk.Ticket(9)]);
        _desk.Open = [FakeDesk.Ticket(5, Notes.At)];
        await new TicketClerk(_desk).FileAsync(Notes.Of() with { CallerKey = null, Number = null }, TimeSpan.FromHours(2), default);
        Assert.Equal(["find", "create", "find"], _desk.Done);
    }

    [Fact]
    public async Task All_open_tickets_of_who_was_reached_are_resolved()
    {
        _desk.Open = [FakeDesk.Ticket(3), FakeDesk.Ticket(5)];
        await new TicketClerk(_desk).ResolveAsync("caller", "Reached", null, default);
        await new TicketClerk(_desk).ResolveAsync("caller", "Reached", "5", default);
        Assert.Equal(["open", "resolve 3", "resolve 5", "open", "resolve 5"], _desk.Done);
    }

    private sealed class FakeDesk() : TicketDesk(new DeskAccess(new Uri("https://desk.example.com")), new FakeHttp(_ => FakeHttp.Json(500, "")))
    {
        public override PbxDesk Kind => PbxDesk.RequestTracker;

        public override bool FindsAtOnce => true;

        public List<string> Done { get; } = [];

        public Queue<IReadOnlyList<DeskTicket>> ByCall { get; } = new();

        public IReadOnlyList<DeskTicket> Open { get; set; } = [];

        public static DeskTicket Ticket(int id, DateTimeOffset at = default) => new($"{id}", $"{id}") { CreatedAt = at };

        public override Task<IReadOnlyList<DeskTicket>> FindByCallAsync(TicketNote note, CancellationToken cancellationToken)
        {
            Done.Add("find");
            return Task.FromResult(ByCall.Dequeue());
        }

        public override Task<IReadOnlyList<DeskTicket>> FindOpenAsync(string callerKey, CancellationToken cancellationToken)
        {
            Done.Add("open");
            return Task.FromResult(Open);
        }

        public override Task<DeskTicket> CreateAsync(TicketNote note, CancellationToken cancellationToken)
        {
            Done.Add("create");
            return Task.FromResult(Ticket(9));
        }

        public override Task CommentAsync(DeskTicket ticket, TicketNote note, CancellationToken cancellationToken) => Note($"comment {ticket.Id}");

        public override Task FinishAsync(DeskTicket ticket, TicketNote note, CancellationToken cancellationToken) => Note($"finish {ticket.Id}");

        public override Task ResolveAsync(DeskTicket ticket, string text, CancellationToken cancellationToken) => Note($"resolve {ticket.Id}");

        protected override IReadOnlyList<KeyValuePair<string, string>> MakeHeaders() => [];

        private Task Note(string what)
        {
            Done.Add(what);
            return Task.CompletedTask;
        }
    }
}
