using PbxEvents.Module.Alerts;

namespace PbxEvents.Tests.Unit.Module;

/// <summary>What of the troubles over time is told: never too early, never twice, never a storm, and always the end.</summary>
public sealed class AlertTroublesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly AlertTroubles _troubles = new("rule", TimeSpan.FromMinutes(5));
    private DateTimeOffset _now = new(2030, 1, 1, 9, 0, 0, TimeSpan.Zero);

    private PbxAlertNotice[] Look(int seconds, params string[] down)
    {
        _now = _now.AddSeconds(seconds);
        return [.. _troubles.Take(down.Select(d => new AlertFinding(PbxAlertKind.LinkDown, d, $"{d} is down", Patience)), _now)];
    }

    [Fact]
    public void A_trouble_is_told_when_it_has_lasted_and_once()
    {
        Assert.Empty(Look(0, "a"));
        Assert.Empty(Look(9, "a"));
        var notice = Assert.Single(Look(1, "a"));
        Assert.Equal(("rule", "a", false, TimeSpan.FromSeconds(10)), (notice.Alert, notice.Source, notice.IsOver, notice.Duration));
        Assert.Empty(Look(1000, "a"));
        Assert.Single(_troubles.Active);
    }

    [Fact]
    public void Its_end_is_told_with_how_long_it_lasted()
    {
        Look(0, "a");
        Look(10, "a");
        var over = Assert.Single(Look(50));
        Assert.Equal((true, TimeSpan.FromMinutes(1), "a is down"), (over.IsOver, over.Duration, over.Reason));
        Assert.Contains("healthy again", over.Text, StringComparison.Ordinal);
        Assert.Empty(_troubles.Active);
        Assert.Empty(Look(1));
    }

    [Fact]
    public void What_is_over_before_its_time_is_not_told()
    {
        Look(0, "a");
        Assert.Empty(Look(9));
        Assert.Empty(Look(9, "a"));
        Assert.Empty(Look(9, "a"));
        Assert.Single(Look(1, "a"));
    }

    [Fact]
    public void What_comes_and_goes_is_told_no_more_often_than_the_interval_and_says_so()
    {
        Look(0, "a");
        Look(10, "a");
        Look(1);
        for (var i = 0; i < 5; i++)
        {
            Assert.Empty(Look(1, "a"));
            Assert.Empty(Look(20, "a"));
            Assert.Empty(Look(1));
        }
        Look(100, "a");
        var notice = Assert.Single(Look(200, "a"));
        Assert.Equal(5, notice.Untold);
        Assert.Contains("came and went 5 times", notice.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_source_is_told_for_itself()
    {
        Look(0, "a", "b");
        Assert.Equal(["a", "b"], Look(10, "a", "b").Select(n => n.Source));
        Assert.Equal(("a", true), Look(1, "b").Select(n => (n.Source, n.IsOver)).Single());
    }
}
