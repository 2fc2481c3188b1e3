namespace PbxEvents.Providers.Connection;

/// <summary>
/// A place in an <see cref="EventLog"/> from which one reader reads on. Reading consumes nothing. Not for two threads at once.
/// </summary>
public sealed class EventCursor
{
    private readonly EventLog _log;
    private DateTimeOffset? _lastReadAt;

    internal EventCursor(EventLog log, long after)
    {
        _log = log;
        Position = after;
    }

    /// <summary>The sequence of the last event read or passed over.</summary>
    public long Position { get; private set; }

    /// <summary>Reads the next event, if there is one.</summary>
    /// <param name="pbxEvent">The event; null when there is none yet.</param>
    /// <param name="gap">What was lost before it because this reader was too slow; null as a rule. May come without an event.</param>
    /// <returns>True when there is an event.</returns>
    public bool TryRead(out PbxEvent? pbxEvent, out PbxGap? gap)
    {
        gap = null;
        pbxEvent = null;
        var lost = 0L;
        while (Position < _log.Head)
        {
            if (_log.TryGet(Position + 1) is { } found)
            {
                Position++;
                pbxEvent = found;
                if (lost > 0)
                    gap = MakeGap(found, lost);
                _lastReadAt = found.ReceivedUtc;
                return true;
            }

            // Overtaken by the writer: go on with the oldest event that is left. It may be overtaken again before it is read.
            var oldest = _log.Oldest;
            if (oldest > Position + 1)
            {
                lost += oldest - Position - 1;
                Position = oldest - 1;
            }
        }
        return false;
    }

    /// <summary>Waits until <see cref="TryRead"/> has something, or no further event can come.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True when there may be something to read; false when the log is complete and read to its end.</returns>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        await _log.WaitAsync(Position, cancellationToken).ConfigureAwait(false);
        return Position < _log.Head || !_log.IsComplete;
    }

    private PbxGap MakeGap(PbxEvent next, long lost) => new()
    {
        Connection = next.Connection,
        From = _lastReadAt?.ToLocalTime() ?? next.ReceivedAt,
        To = next.ReceivedAt,
        Reason = PbxGapReason.SlowConsumer,
        Recovery = PbxGapRecovery.Lost,
        EventsLost = lost,
        Detail = $"The reader fell behind by more than the {_log.Capacity} events that the buffer holds.",
    };
}
