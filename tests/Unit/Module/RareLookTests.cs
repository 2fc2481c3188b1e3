using PbxEvents.Module.Service;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Module;

public sealed class RareLookTests
{
    private readonly ManualTimeProvider _clock = new();
    private int _looks;

    [Fact(DisplayName = "looks every ten seconds at most, however many ask, and at once when something has changed or somebody insists")]
    public void Rare()
    {
        var look = new RareLook<string>(() => $"{++_looks}", _clock);
        Assert.Equal("1", look.Get());
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal("1", look.Get());
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("2", look.Get());
        look.Forget();
        Assert.Equal("3", look.Get());
        Assert.Equal("3", look.Get());
        Assert.Equal("4", look.Renew());
        Assert.Equal("4", look.Get());
    }

    [Fact(DisplayName = "takes a hundredth of the time at most")]
    public void Slow()
    {
        var look = new RareLook<string>(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(2));
            return $"{++_looks}";
        }, _clock);
        Assert.Equal("1", look.Get());
        _clock.Advance(TimeSpan.FromSeconds(199));
        Assert.Equal("1", look.Get());
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("2", look.Get());
    }

    [Fact(DisplayName = "holds up nobody but the first while a look hangs")]
    public async Task Hanging()
    {
        using var go = new SemaphoreSlim(1);
        var began = new TaskCompletionSource();
        var look = new RareLook<string>(() =>
        {
            if (_looks == 1)
                began.SetResult();
            go.Wait(CancellationToken.None);
            return $"{++_looks}";
        }, _clock);
        Assert.Equal("1", look.Get());
        look.Forget();
        var hanging = Task.Run(look.Get);
        await began.Task;
        look.Forget();
        Assert.Equal("1", look.Get());
        go.Release(2);
        Assert.Equal("2", await hanging);
    }
}
