using PbxEvents.Module.Watching;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Module;

public sealed class ProgressPaceTests
{
    [Fact(DisplayName = "says nothing in the first second, then a word a few times a second")]
    public void Paces()
    {
        var clock = new ManualTimeProvider();
        var pace = new ProgressPace(clock);
        var due = new List<int>();
        for (var at = 0; at <= 2000; at += 50)
        {
            if (pace.IsDue())
                due.Add(at);
            Assert.Equal(due.Count > 0, pace.HasBegun);
            clock.Advance(TimeSpan.FromMilliseconds(50));
        }
        Assert.Equal([1000, 1200, 1400, 1600, 1800, 2000], due);
    }
}
