using PbxEvents.Providers;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Module.Reading;

/// <summary>Reads on several connections, each with a cursor of its own, as if they were one.</summary>
/// <param name="sources">The connections and where to read on.</param>
internal sealed class EventStream(IReadOnlyList<(PbxClient Client, EventCursor Cursor)> sources)
{
    private int _next;

    /// <summary>The connections that have ended and are read to their end.</summary>
    public IEnumerable<PbxClient> Ended => sources.Where(IsAtEnd).Select(s => s.Client);

    /// <summary>True when no further event can come from any of them.</summary>
    public bool IsComplete => sources.All(IsAtEnd);

    /// <summary>Reads the next event of any connection; they take turns.</summary>
    /// <param name="pbxEvent">The event; null when there is none yet.</param>
    /// <param name="gap">What was lost before it because this reader was too slow.</param>
    /// <returns>True when there is an event.</returns>
    public bool TryRead(out PbxEvent? pbxEvent, out PbxGap? gap)
    {
        for (var i = 0; i < sources.Count; i++)
        {
            var (_, cursor) = sources[_next];
            _next = (_next + 1) % sources.Count;
            if (cursor.TryRead(out pbxEvent, out gap))
                return true;
        }
        pbxEvent = null;
        gap = null;
        return false;
    }

    /// <summary>Waits until one of them has an event or has ended.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var rest = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var waits = sources.Where(s => !IsAtEnd(s)).Select(s => s.Cursor.WaitAsync(rest.Token).AsTask()).ToArray();
            if (waits.Length > 0)
                await Task.WhenAny(waits).ConfigureAwait(false);
        }
        finally
        {
            await rest.CancelAsync().ConfigureAwait(false);
        }
    }

    private static bool IsAtEnd((PbxClient Client, EventCursor Cursor) source) =>
        source.Client.Events.IsComplete && source.Cursor.Position >= source.Client.Events.Head;
}
