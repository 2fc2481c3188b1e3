using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>The frames that fuzzing broke a session with, kept in tests/Fixtures/fuzz.</summary>
public sealed class FoundFrameTests
{
    [Theory]
    [InlineData("TelecomX")]
    [InlineData("OneCloud")]
    [InlineData("PortSIP")]
    [InlineData("Yeastar")]
    [InlineData("RingCentral")]
    public void A_frame_that_once_broke_a_session_does_no_harm(string platform)
    {
        var target = FuzzTarget.Create(platform);
        foreach (var frame in Fixture.Read("fuzz", platform.ToLowerInvariant()))
            target.Host.Receive(frame, target.Link);
        target.Host.Events.Clear();
        target.Host.Receive(target.Good(1), target.Link);
        Assert.Contains(target.Host.Events, e => e.Category == PbxCategory.Call);
    }

    [Fact]
    public void Half_a_character_in_a_name_does_not_cost_the_event()
    {
        var target = FuzzTarget.Create("TelecomX");
        target.Host.Receive("""["PBX",{"event":"CALL_START","eventId":"h1","sessionId":"h1","pbxServer":"p1","channel":"c1","leg":"I","direction":"I","caller":"+45","callerName":"Ann \ud83d"}]""", target.Link);
        Assert.Equal("""Ann \ud83d""", target.Host.LastEvent.Call!.FromName);
    }
}
