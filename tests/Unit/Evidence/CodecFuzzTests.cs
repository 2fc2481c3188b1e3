using Xunit.Abstractions;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>The parts of Socket.IO that read bytes from a server: no bytes make them throw or run on.</summary>
public sealed class CodecFuzzTests(ITestOutputHelper output)
{
    [Fact]
    public void No_bytes_break_the_codec()
    {
        var figures = CodecFuzz.Run(EvidenceSettings.Seed, EvidenceSettings.FuzzFrames / 6);
        output.WriteLine($"{figures}");
        Assert.True(figures.Failures.Count == 0, $"PBXEVENTS_SEED={figures.Seed}{Environment.NewLine}{string.Join(Environment.NewLine, figures.Failures)}");
    }
}
