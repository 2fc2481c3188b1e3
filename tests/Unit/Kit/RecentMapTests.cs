using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Tests.Unit.Kit;

/// <summary>What was learned lately about ids.</summary>
public sealed class RecentMapTests
{
    [Fact]
    public void The_oldest_goes_when_it_is_full()
    {
        var map = new RecentMap<int>(3);
        for (var i = 1; i <= 4; i++)
            Assert.True(map.Add($"id{i}", i));

        Assert.False(map.TryGet("id1", out _));
        Assert.Equal([2, 3, 4], Enumerable.Range(2, 3).Select(i => map.TryGet($"id{i}", out var value) ? value : 0));
    }

    [Fact]
    public void An_id_that_is_known_keeps_its_value_and_its_place()
    {
        var map = new RecentMap<int>(2);
        map.Add("a", 1);
        map.Add("b", 2);

        Assert.False(map.Add("a", 9));
        Assert.True(map.TryGet("a", out var value));
        Assert.Equal(1, value);

        map.Add("c", 3);
        Assert.False(map.TryGet("a", out _));
        Assert.True(map.Add("a", 4));
    }

    [Fact]
    public void What_is_set_anew_takes_no_second_place()
    {
        var map = new RecentMap<int>(2);
        map.Set("a", 1);
        map.Set("a", 2);
        map.Set("b", 3);

        Assert.True(map.TryGet("a", out var value));
        Assert.Equal(2, value);
    }
}
