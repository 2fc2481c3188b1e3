using Xunit.Abstractions;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>Whatever a server sends: no exception leaves a session, nothing grows without end, the next good frame is read.</summary>
public sealed class SessionFuzzTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("TelecomX")]
    [InlineData("OneCloud")]
    [InlineData("RingCentral")]
    [InlineData("PortSIP")]
    [InlineData("Yeastar")]
    public void No_frame_breaks_a_session(string platform)
    {
        var figures = SessionFuzz.Run(platform, EvidenceSettings.Seed, EvidenceSettings.FuzzFrames / 6);
        output.WriteLine($"{figures}");
        Assert.True(figures.Failures.Count == 0, $"PBXEVENTS_SEED={figures.Seed}{Environment.NewLine}{string.Join(Environment.NewLine + Environment.NewLine, figures.Failures)}");
    }
}
