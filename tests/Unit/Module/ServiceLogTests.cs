using PbxEvents.Module.Service;
using PbxEvents.Providers.Connection;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Module;

public sealed class ServiceLogTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact(DisplayName = "says after a quiet hour that it is quiet, and how all stands, each hour once")]
    public void Quiet()
    {
        var sink = new ListSink();
        using var log = new ServiceLog(sink, () => "desk Connected", _clock);
        log.Write(ActivityLevel.Information, "begins");
        _clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Single(sink.Lines);
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.EndsWith("No news for an hour. desk Connected", sink.Lines[^1], StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(3, sink.Lines.Count);
    }

    [Fact(DisplayName = "goes on when a line cannot be written, and tells how many are missing")]
    public void Full()
    {
        var sink = new ListSink { IsFull = true };
        using var log = new ServiceLog(sink, () => "", _clock);
        log.Write(ActivityLevel.Information, "one");
        log.Write(ActivityLevel.Information, "two");
        sink.IsFull = false;
        log.Write(ActivityLevel.Error, "three\r\nand a half\u001b[31m");
        Assert.Equal(2, sink.Lines.Count);
        Assert.EndsWith("warning 2 lines before this one could not be written.", sink.Lines[0], StringComparison.Ordinal);
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} error   three and a half␛\[31m$", sink.Lines[1]);
    }

    private sealed class ListSink : ILogSink
    {
        public List<string> Lines { get; } = [];

        public bool IsFull { get; set; }

        public void Write(ActivityLevel level, string line)
        {
            if (IsFull)
                throw new IOException("The disk is full.");
            Lines.Add(line);
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
