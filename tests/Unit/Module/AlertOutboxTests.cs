using PbxEvents.Module.Alerts;

namespace PbxEvents.Tests.Unit.Module;

/// <summary>Notices that wait to be told.</summary>
public sealed class AlertOutboxTests
{
    private readonly AlertOutbox _outbox = new();

    private static PbxAlertNotice Notice(string source, bool isOver = false) => new()
    {
        Alert = "rule", Kind = PbxAlertKind.LinkDown, Source = source, Reason = "It is down.", IsOver = isOver, Since = DateTimeOffset.Now, Time = DateTimeOffset.Now,
    };

    [Fact]
    public void They_are_told_in_the_order_in_which_they_came()
    {
        _outbox.Add([Notice("a"), Notice("b")]);
        Assert.Equal("a", _outbox.Next?.Source);
        _outbox.Remove(_outbox.Next!);
        Assert.Equal("b", _outbox.Next?.Source);
        _outbox.Remove(_outbox.Next!);
        Assert.Null(_outbox.Next);
    }

    [Fact]
    public void The_end_of_what_could_not_be_told_takes_the_place_of_its_begin()
    {
        _outbox.Add([Notice("a"), Notice("b")]);
        _outbox.Add([Notice("a", isOver: true)]);
        Assert.Equal(2, _outbox.Count);
        Assert.Equal("b", _outbox.Next?.Source);
        _outbox.Remove(_outbox.Next!);
        Assert.True(_outbox.Next!.IsOver);
    }

    [Fact]
    public void Pauses_grow_and_have_an_end() =>
        Assert.Equal([10, 20, 40, 80, 160, 320, 600, 600], Enumerable.Range(1, 8).Select(n => (int)AlertOutbox.DelayAfter(n).TotalSeconds));
}
