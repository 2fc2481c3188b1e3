using CsCheck;
using PbxEvents.Module.Desk;

namespace PbxEvents.Tests.Unit.Desk;

public sealed class CallbackTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    [Fact(DisplayName = "counts a caller's tries, in whatever notation, and says since when and where")]
    public void Counts()
    {
        var waiting = Assert.Single(Make(Missed(0, "+4520123456", "4020"), Missed(5, "20123456", "4021"), Missed(9, "0045 20 12 34 56", null)));
        Assert.Equal(("+4520123456", 3, Noon, Noon.AddMinutes(9), null), (waiting.Number, waiting.Tries, waiting.Since, waiting.LastAt, waiting.Queue));
        Assert.Equal("name of 9", waiting.Name);
    }

    [Fact(DisplayName = "nobody waits with whom somebody has talked since, in or out")]
    public void TalkedWith()
    {
        Assert.Empty(Make(Missed(0, "20123456"), Talk(5, "+4520123456", PbxDirection.Inbound)));
        Assert.Empty(Make(Talk(5, "20123456", PbxDirection.Outbound), Missed(0, "+4520123456")));
        Assert.Equal(1, Assert.Single(Make(Missed(0, "20123456"), Talk(5, "20123456", PbxDirection.Outbound), Missed(7, "20123456"))).Tries);
    }

    [Fact(DisplayName = "calling back without being heard is no talk; nor is a talk with somebody else, or one of the house")]
    public void NotTalkedWith()
    {
        Assert.Single(Make(Missed(0, "20123456"), Talk(5, "20123456", PbxDirection.Outbound) with { AnsweredAt = null, Outcome = PbxOutcome.Failed }));
        Assert.Single(Make(Missed(0, "20123456"), Talk(5, "20123457", PbxDirection.Outbound)));
        Assert.Single(Make(Missed(0, "20123456"), Talk(5, "20123456", PbxDirection.Internal)));
    }

    [Fact(DisplayName = "somebody who talks right now does not wait, and one who still rings has not been lost yet")]
    public void Now()
    {
        Assert.Empty(Make(Missed(0, "20123456"), Talk(5, "20123456", PbxDirection.Inbound) with { State = PbxCallState.Answered, EndedAt = null, Outcome = null }));
        Assert.Empty(Make(Missed(0, "20123456") with { State = PbxCallState.Ringing, EndedAt = null, Outcome = null }));
    }

    [Fact(DisplayName = "of several states of a call the last counts; a hidden caller cannot be called back; the longest waiting comes first")]
    public void Rest()
    {
        var talk = Talk(5, "20123456", PbxDirection.Inbound);
        Assert.Empty(Make(talk with { State = PbxCallState.Ended, AnsweredAt = null, Outcome = PbxOutcome.Missed }, talk));
        Assert.Empty(Make(Missed(0, null)));
        Assert.Equal(["+4520123457", "+4520123456"], Make(Missed(1, "20123456"), Missed(0, "20123457"), Missed(2, "20123456")).Select(c => c.Number));
    }

    [Fact(DisplayName = "is what one gets who keeps the list by hand, call after call")]
    public void ByHand()
    {
        var genCall = Gen.Select(Gen.Int[0, 3], Gen.Bool, Gen.Bool);
        genCall.Array[0, 40].Sample(all =>
        {
            var calls = all.Select((c, minute) => c.Item2 ? Talk(minute, $"2012345{c.Item1}", c.Item3 ? PbxDirection.Inbound : PbxDirection.Outbound) : Missed(minute, $"2012345{c.Item1}")).ToArray();
            var tries = new Dictionary<string, int>();
            foreach (var call in calls)
            {
                var number = $"+45{OutsideParty.NumberOf(call)}";
                if (call.IsReached)
                    tries.Remove(number);
                else
                    tries[number] = tries.GetValueOrDefault(number) + 1;
            }
            var found = Make([.. calls.OrderBy(c => c.CallId, StringComparer.Ordinal)]).ToDictionary(c => c.Number, c => c.Tries);
            Assert.Equal(tries.OrderBy(t => t.Key), found.OrderBy(t => t.Key));
        });
    }

    private static PbxCallback[] Make(params PbxCall[] calls) =>
        [.. CallbackList.Make(calls, _ => true, n => NumberKey.Of(n, "DK"), c => $"name of {(c.StartedAt - Noon).TotalMinutes}")];

    private static PbxCall Missed(int minute, string? from, string? queue = null) => new()
    {
        CallId = $"missed {minute}",
        Direction = PbxDirection.Inbound,
        From = from,
        To = "1001",
        Queue = queue,
        State = PbxCallState.Ended,
        Outcome = PbxOutcome.Missed,
        StartedAt = Noon.AddMinutes(minute),
        EndedAt = Noon.AddMinutes(minute).AddSeconds(20),
    };

    private static PbxCall Talk(int minute, string number, PbxDirection direction) => new()
    {
        CallId = $"talk {minute}",
        Direction = direction,
        From = direction == PbxDirection.Outbound ? "1001" : number,
        To = direction == PbxDirection.Outbound ? number : "1001",
        State = PbxCallState.Ended,
        Outcome = PbxOutcome.Answered,
        StartedAt = Noon.AddMinutes(minute),
        AnsweredAt = Noon.AddMinutes(minute).AddSeconds(5),
        EndedAt = Noon.AddMinutes(minute).AddSeconds(20),
    };
}
