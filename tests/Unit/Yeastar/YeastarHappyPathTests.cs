using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>The happy path of yeastar.md section 7, frame by frame.</summary>
public sealed class YeastarHappyPathTests
{
    [Fact]
    public void The_recorded_call_goes_through_every_state_and_ends_with_its_record()
    {
        var rig = new YeastarRig();
        rig.Subscribe("30008", "30011", "30012", "30013", "30014", "30015", "30026");
        rig.Open();
        Assert.Equal(["""{"topic_list":[30008,30011,30012,30013,30014,30015,30026]}"""], rig.Host.SentText);
        var timers = rig.Host.TimerCount;
        foreach (var frame in Fixture.Read("yeastar", "happy-path"))
        {
            rig.Host.Receive(frame);
            rig.Host.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal([PbxCallState.Ringing, PbxCallState.Answered, PbxCallState.Held, PbxCallState.Ended], rig.News);
        var call = rig.TheCall;
        Assert.Equal((PbxDirection.Inbound, PbxOutcome.Answered), (call.Direction, call.Outcome!.Value));
        Assert.Equal(("2025550100", "2025550199", "1001", "1001"), (call.From, call.To, call.Extension, call.AnsweredBy));
        Assert.Equal(2, call.Legs.Count);
        Assert.Equal(TimeSpan.FromSeconds(6), call.TalkTime);
        Assert.Empty(rig.Host.Unreadable);
        Assert.Equal(0, rig.Host.Duplicates);

        // Ten frames are events; the end of the call is told besides its record.
        Assert.Equal(11, rig.Host.Events.Count);
        Assert.Equal(timers, rig.Host.TimerCount);
    }
}
