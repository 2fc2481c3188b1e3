using PbxEvents.Providers.Connection;

namespace PbxEvents.Tests.Unit.Support;

/// <summary>Waits for what a test expects, and fails when it does not come.</summary>
internal static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Waits until something is so.</summary>
    public static async Task TrueAsync(Func<bool> isSo)
    {
        for (var i = 0; i < 3000 && !isSo(); i++)
            await Task.Delay(20);
        Assert.True(isSo());
    }

    /// <summary>The next event of that name, or the one that comes so many times; those before it are read as well.</summary>
    public static async Task<PbxEvent> ReadUntilAsync(this EventCursor cursor, string name, int count = 1)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (await cursor.WaitAsync(limit.Token))
        {
            while (cursor.TryRead(out var e, out _))
            {
                if (e!.Name == name && --count == 0)
                    return e;
            }
        }
        throw new InvalidOperationException($"The stream ended without {name}.");
    }
}
