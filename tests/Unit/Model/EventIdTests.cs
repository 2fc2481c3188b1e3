using System.Text;

namespace PbxEvents.Tests.Unit.Model;

/// <summary>What <see cref="PbxEvent.Id"/> is where the platform gives none.</summary>
public sealed class EventIdTests
{
    private static readonly DateTimeOffset Noon = new(2026, 12, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_same_words_again_are_another_event()
    {
        var first = Make(1, Noon);
        Assert.Equal(first.Id, first.Id);
        Assert.NotEqual(first.Id, Make(2, Noon.AddSeconds(5)).Id);
        Assert.NotEqual(first.Id, Make(2, Noon).Id);

        // The next process counts from 1 again.
        Assert.NotEqual(first.Id, Make(1, Noon.AddHours(1)).Id);
    }

    [Fact]
    public void A_call_s_record_is_the_same_whenever_it_is_read() =>
        Assert.Equal(MakeRecord(1, Noon).Id, MakeRecord(9, Noon.AddHours(1)).Id);

    private static PbxEvent Make(long sequence, DateTimeOffset at) => new()
    {
        Name = "30010",
        Connection = "office",
        Provider = "Yeastar",
        Sequence = sequence,
        ReceivedAt = at,
        Payload = Encoding.UTF8.GetBytes("""{"trunk_name":"T1","status":42}"""),
    };

    private static PbxEvent MakeRecord(long sequence, DateTimeOffset at)
    {
        var record = Make(sequence, at);
        (record.CallId, record.Synthesized) = ("call-1", true);
        return record;
    }
}
