using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.RingCentral;

/// <summary>ringcentral.md section 8.1: the three call orders of the captures, with synthetic values.</summary>
public sealed class RingCentralCallOrderTests
{
    [Fact]
    public async Task A_call_from_outside_through_a_menu_to_a_user()
    {
        var bench = await PlayAsync("outside-menu-user");

        Assert.Equal(
            ["Offered", "Offered", "Offered", "Offered", "Offered", "Ringing", "Answered", "Held", "Answered", "Answered", "Ended"],
            bench.Host.Events.Select(e => e.CallState.ToString()));
        Assert.Equal(["Offered", "Ringing", "Answered", "Held", "Ended"], News(bench));
        var call = Assert.Single(bench.Host.Calls);
        Assert.Equal((PbxOutcome.Answered, PbxDirection.Inbound, "2001"), (call.Outcome, call.Direction, call.AnsweredBy));
        Assert.Equal(("+12025550100", "Caller", "+12025550199"), (call.From, call.FromName, call.To));
        Assert.Equal([PbxLegRole.Caller, PbxLegRole.System, PbxLegRole.Callee], call.Legs.Select(l => l.Role));
        Assert.Null(call.Legs[1].Outcome);
        Assert.Equal(TimeSpan.FromSeconds(4), call.TalkTime);
    }

    [Fact]
    public async Task A_call_from_user_to_user_where_the_callers_leg_is_answered_before_anything_rings()
    {
        var bench = await PlayAsync("user-to-user");

        Assert.Equal(
            ["Offered", "Offered", "Offered", "Ringing", "Answered", "Held", "Answered", "Answered", "Ended"],
            bench.Host.Events.Select(e => e.CallState.ToString()));
        Assert.Equal(["Offered", "Ringing", "Answered", "Held", "Ended"], News(bench));
        var call = Assert.Single(bench.Host.Calls);
        Assert.Equal((PbxOutcome.Answered, PbxDirection.Internal, "2002"), (call.Outcome, call.Direction, call.AnsweredBy));
        Assert.Equal(call.StartedAt + TimeSpan.FromSeconds(4), call.AnsweredAt);
    }

    [Fact]
    public async Task A_call_from_a_user_to_outside()
    {
        var bench = await PlayAsync("user-to-outside");

        Assert.Equal(
            ["Offered", "Ringing", "Ringing", "Answered", "Answered", "Held", "Answered", "Answered", "Ended"],
            bench.Host.Events.Select(e => e.CallState.ToString()));
        Assert.Equal(["Offered", "Ringing", "Answered", "Held", "Ended"], News(bench));
        var call = Assert.Single(bench.Host.Calls);
        Assert.Equal((PbxOutcome.Answered, PbxDirection.Outbound, "+12025550100"), (call.Outcome, call.Direction, call.AnsweredBy));
        Assert.Equal("2001", call.Extension);
    }

    [Theory]
    [InlineData("outside-menu-user")]
    [InlineData("user-to-user")]
    [InlineData("user-to-outside")]
    public async Task Every_frame_twice_changes_nothing(string order)
    {
        var bench = RingCentralBench.Ready();
        foreach (var line in Fixture.Read("ringcentral", order))
        {
            bench.Receive(line);
            bench.Receive(line);
        }

        var once = await PlayAsync(order);
        Assert.Equal(once.Host.Events.Select(e => (e.Id, e.CallState)), bench.Host.Events.Select(e => (e.Id, e.CallState)));
        Assert.Equal(once.Host.Events.Count, bench.Host.Duplicates);
    }

    private static async Task<RingCentralBench> PlayAsync(string order)
    {
        var bench = RingCentralBench.Ready();
        foreach (var line in Fixture.Read("ringcentral", order))
            bench.Receive(line);
        Assert.Empty(bench.Host.Unreadable);
        return bench;
    }

    private static IEnumerable<string> News(RingCentralBench bench) => bench.Host.Events.Where(e => e.IsCallNews).Select(e => e.CallState!.Value.ToString());
}
