using PbxEvents.Journal.Reactions;

namespace PbxEvents.Tests.Unit.Journal;

/// <summary>What waits for what, and for how long.</summary>
public sealed class ReactionOptionsTests
{
    private static readonly ReactionOptions ByCaller = new() { Name = "tickets", OrderBy = PbxOrderBy.Caller, Random = () => 0.5 };

    [Theory]
    [InlineData(PbxDirection.Inbound, "+4520123456", "1001", "n20123456")]
    [InlineData(PbxDirection.Inbound, "0045 20 12 34 56", "1001", "n20123456")]
    [InlineData(PbxDirection.Inbound, "20123456", "1001", "n20123456")]
    [InlineData(PbxDirection.Outbound, "1001", "+4520123456", "n20123456")]
    [InlineData(PbxDirection.Inbound, "112", "1001", "n112")]
    [InlineData(PbxDirection.Inbound, "anonymous", "1001", "nANONYMOUS")]
    [InlineData(PbxDirection.Inbound, null, "1001", "cdesk/c1")]
    public void The_calls_of_a_number_wait_for_one_another_in_and_out_however_it_is_written(PbxDirection direction, string? from, string to, string expected)
    {
        var call = new PbxCall { CallId = "c1", Direction = direction, From = from, To = to };
        Assert.Equal(expected, ByCaller.OrderKeyOf(new PbxEvent { Connection = "desk", CallId = "c1", Call = call }));
    }

    [Theory]
    [InlineData(null, 5)]
    [InlineData(2, 5)]
    [InlineData(60, 60)]
    [InlineData(100_000, 4320)]
    public void A_pause_that_was_asked_for_is_kept_but_for_one_that_is_longer_than_any(int? asked, int expected) =>
        Assert.Equal(TimeSpan.FromSeconds(expected), ByCaller.DelayAfter(1, asked is { } seconds ? TimeSpan.FromSeconds(seconds) : null));
}
