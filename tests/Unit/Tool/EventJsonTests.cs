using System.Text;
using System.Text.Json;
using PbxEvents.Tool.Output;

namespace PbxEvents.Tests.Unit.Tool;

/// <summary>Events as JSON lines.</summary>
public sealed class EventJsonTests
{
    [Fact(DisplayName = "writes an event on one line, whatever its payload looks like")]
    public void WritesOneLine()
    {
        var line = EventJson.Write(Event("{\n  \"caller\": \"Bj\u00f8rn <+45>\"\n}"));

        Assert.DoesNotContain('\n', line);
        var json = JsonDocument.Parse(line).RootElement;
        Assert.Equal(7, json.GetProperty("sequence").GetInt64());
        Assert.Equal("Call", json.GetProperty("category").GetString());
        Assert.Equal("Missed", json.GetProperty("outcome").GetString());
        Assert.Contains("Bj\u00f8rn <+45>", line, StringComparison.Ordinal);
        Assert.Equal("Bj\u00f8rn <+45>", json.GetProperty("data").GetProperty("caller").GetString());
    }

    [Fact(DisplayName = "leaves out what an event does not have")]
    public void LeavesOutEmpty()
    {
        var json = JsonDocument.Parse(EventJson.Write(Event(""))).RootElement;

        Assert.False(json.TryGetProperty("queue", out _));
        Assert.False(json.TryGetProperty("data", out _));
        Assert.False(json.TryGetProperty("synthesized", out _));
    }

    [Fact(DisplayName = "passes on a payload that is no JSON as text")]
    public void PassesOnText() =>
        Assert.Equal("{oops", JsonDocument.Parse(EventJson.Write(Event("{oops"))).RootElement.GetProperty("text").GetString());

    [Fact(DisplayName = "says how much a slow reader lost")]
    public void WritesGaps()
    {
        var gap = new PbxGap { From = default, To = default, Reason = PbxGapReason.SlowConsumer, Recovery = PbxGapRecovery.Lost, EventsLost = 12 };

        var json = JsonDocument.Parse(EventJson.Write(gap)).RootElement.GetProperty("gap");

        Assert.Equal("SlowConsumer", json.GetProperty("reason").GetString());
        Assert.Equal(12, json.GetProperty("eventsLost").GetInt64());
    }

    private static PbxEvent Event(string payload) => new()
    {
        Sequence = 7,
        Category = PbxCategory.Call,
        Name = "CALL_END",
        CallState = PbxCallState.Ended,
        Outcome = PbxOutcome.Missed,
        Payload = Encoding.UTF8.GetBytes(payload),
    };
}
