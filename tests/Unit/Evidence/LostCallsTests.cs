using Xunit.Abstractions;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>
/// No ended call is lost: links are dropped, the PBX restarts, the client is killed and comes back an hour later, and every call is told
/// once, with the outcome that an undisturbed client gets. <c>./build.sh soak</c> does the same with a thousand calls and real processes.
/// </summary>
public abstract class LostCallsTests(string platform, ITestOutputHelper output)
{
    private const int Calls = 130;

    [Fact]
    public async Task Every_ended_call_is_told_once_whatever_happens_to_the_client()
    {
        var seed = EvidenceSettings.Seed;
        var figures = await LostCallsRun.RunAsync(new LostCallsPlatform(ChaosPlatform.Of(platform)), seed, Calls, AbandonedClient.StartAsync);
        output.WriteLine($"{figures}{Environment.NewLine}{string.Join(Environment.NewLine, figures.Others.Select(o => $"{o.Value} times: {o.Key}"))}");
        Assert.True(figures.Faults.Count == 0, $"PBXEVENTS_SEED={seed}: {figures}{Environment.NewLine}{string.Join(Environment.NewLine, figures.Faults)}");
        Assert.Equal((0, 0), (figures.Unaccounted, figures.Twice));

        // RingCentral replays what a lost session missed, and needs records for little else than the hour.
        if (platform != "RingCentral")
            Assert.True(figures.Recorded >= 5, $"Only {figures.Recorded} calls came from records.");
        Assert.True(figures.Live > figures.Calls / 10, $"Only {figures.Live} calls were told live.");
        Assert.True(figures.Blows["kill"] > 0);
    }
}

public sealed class OneCloudLostCallsTests(ITestOutputHelper output) : LostCallsTests("OneCloud", output);

public sealed class PortSipLostCallsTests(ITestOutputHelper output) : LostCallsTests("PortSIP", output);

public sealed class RingCentralLostCallsTests(ITestOutputHelper output) : LostCallsTests("RingCentral", output);

public sealed class TelecomXLostCallsTests(ITestOutputHelper output) : LostCallsTests("TelecomX", output);

public sealed class YeastarLostCallsTests(ITestOutputHelper output) : LostCallsTests("Yeastar", output);
