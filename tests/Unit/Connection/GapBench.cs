using PbxEvents.Providers;
using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Connection;

/// <summary>A connection that loses its link and gets it back, on a platform with call records. The clock is the test's.</summary>
public abstract class GapBench : IAsyncDisposable
{
    private protected static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private protected readonly ManualTimeProvider _clock = new();
    private protected readonly FakePlatform _platform = new() { Records = new FakeRecords() };
    private protected readonly FakeLinks _links = new();
    private protected PbxClient _client = null!;
    private protected EventCursor _cursor = null!;
    private protected FakeLink _link = null!;

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected async Task ConnectAsync(PbxSubscriptionFilter? filter = null, Func<PbxConnectOptions, PbxConnectOptions>? change = null)
    {
        var options = new PbxConnectOptions { Provider = "Fake", Name = "c", Transport = new TransportOptions { Clock = _clock } };
        _client = PbxClient.Start(change?.Invoke(options) ?? options, _platform, _links, new FakeHttp(_ => new HttpAnswer(200, default)));
        _link = await _links.NextAsync();
        await _link.ReceiveAsync("ready");
        await _client.WaitUntilConnectedAsync(CancellationToken.None).WaitAsync(Limit);
        await _client.SubscribeAsync(filter ?? new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call }, CancellationToken.None).WaitAsync(Limit);
        _cursor = _client.Events.OpenCursor(0);
    }

    /// <summary>Loses the link for a while; returns the gap.</summary>
    private protected async Task<PbxGap> LoseAndRestoreAsync(TimeSpan? outage = null)
    {
        await _link.LoseAsync(new PbxException(PbxErrorKind.LinkLost, "the cable", "plug it in"));
        await _cursor.ReadUntilAsync("Reconnecting");
        _clock.Advance(outage ?? TimeSpan.Zero);
        var next = _links.NextAsync();
        while (!next.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(next, Task.Delay(20));
        }
        _link = await next;
        await _link.ReceiveAsync("ready");
        return (await _cursor.ReadUntilAsync("Gap")).Gap!;
    }

    /// <summary>Lets the time of all askings pass.</summary>
    private protected async Task<PbxEvent> CloseAsync()
    {
        for (var i = 0; i < 1500 && _client.Gaps[^1].Recovery == PbxGapRecovery.Pending; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10);
        }
        return await _cursor.ReadUntilAsync("GapFilled");
    }

    private protected IEnumerable<PbxEvent> Told()
    {
        var cursor = _client.Events.OpenCursor(0);
        while (cursor.TryRead(out var e, out _))
        {
            if (e!.Name == "CallRecord")
                yield return e;
        }
    }
}
