namespace PbxEvents.Providers.Connection;

/// <summary>One line of a connection's activity log.</summary>
/// <param name="Time">When it was written.</param>
/// <param name="Level">How bad it is.</param>
/// <param name="Text">What happened. No secrets.</param>
public readonly record struct ActivityLine(DateTimeOffset Time, ActivityLevel Level, string Text);

/// <summary>
/// What a connection did, for <c>-Verbose</c>: the last 500 lines, each with a number, so that a reader can go on where it
/// stopped. Any thread.
/// </summary>
/// <param name="clock">The clock.</param>
public sealed class ActivityLog(TimeProvider clock)
{
    private const int Capacity = 500;
    private readonly Queue<ActivityLine> _lines = new();
    private long _written;

    /// <summary>Adds a line of what is as it should be.</summary>
    /// <param name="text">What happened. No secrets.</param>
    public void Write(string text) => Write(text, ActivityLevel.Information);

    /// <summary>Adds a line.</summary>
    /// <param name="text">What happened. No secrets.</param>
    /// <param name="level">How bad it is.</param>
    public void Write(string text, ActivityLevel level)
    {
        var line = new ActivityLine(clock.GetLocalNow(), level, VisibleText.OfMessage(text));
        lock (_lines)
        {
            if (_lines.Count == Capacity)
                _lines.Dequeue();
            _lines.Enqueue(line);
            _written++;
        }
    }

    /// <summary>Reads what was written since.</summary>
    /// <param name="position">0 at first, then what the last call left in it.</param>
    /// <returns>The lines, oldest first, as far as they are still kept.</returns>
    public IReadOnlyList<ActivityLine> Read(ref long position)
    {
        lock (_lines)
        {
            var fresh = (int)Math.Min(_written - position, _lines.Count);
            position = _written;
            return fresh == 0 ? [] : _lines.Skip(_lines.Count - fresh).ToArray();
        }
    }
}
