using PbxEvents.Module.Service;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Module;

public sealed class LoopWatchTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact(DisplayName = "sees a connection's loop that does not come by, and that it has come by after all")]
    public void Connection()
    {
        var pass = new TaskCompletionSource();
        var watch = new LoopWatch(() => [Task.CompletedTask, pass.Task], () => [], _clock);
        Assert.True(watch.HasAdvanced());
        Assert.False(watch.HasAdvanced());
        Assert.False(watch.HasAdvanced());
        pass.SetResult();
        Assert.True(watch.HasAdvanced());
    }

    [Fact(DisplayName = "sees a thread that waits no more, and lets one do something else as long as it likes")]
    public void Waiting()
    {
        var watch = new LoopWatch(() => [], () => [], _clock);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.True(watch.HasAdvanced());
        watch.Turn();
        _clock.Advance(TimeSpan.FromMinutes(9));
        Assert.True(watch.HasAdvanced());
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.False(watch.HasAdvanced());
        watch.Leave();
        Assert.True(watch.HasAdvanced());
    }

    [Fact(DisplayName = "sees a journal's writer that has something to write and writes nothing")]
    public void Journal()
    {
        var newest = 5L;
        var journal = new StandIn();
        var watch = new LoopWatch(() => [], () => [KeyValuePair.Create<PbxJournal, long>(journal, newest)], _clock);
        Assert.True(watch.HasAdvanced());
        Assert.False(watch.HasAdvanced());
        newest++;
        Assert.True(watch.HasAdvanced());
    }

    private sealed class StandIn : PbxJournal
    {
        public override string Name => "journal";

        public override string Path => "";

        public override bool IsOpen => true;

        public override bool IsReadOnly => false;

        public override PbxJournalDurability Durability => PbxJournalDurability.Power;

        public override TimeSpan MaxAge => TimeSpan.Zero;

        public override long MaxSize => 0;

        public override DateTimeOffset? Oldest => null;

        public override DateTimeOffset? Newest => null;

        public override long Events => 0;

        public override long Size => 0;

        public override string? Writer => null;

        public override IReadOnlyList<string> Connections => [];

        public override long Behind => 1;

        public override PbxException? LastError => null;
    }
}
