using System.Management.Automation;

namespace PbxEvents.Module.Watching;

/// <summary>
/// The progress of what takes longer than a second, for who is at the prompt; where nobody is, nothing is said. Pipeline thread. Disposing takes
/// it off the screen.
/// </summary>
/// <param name="cmdlet">Whose work it is.</param>
/// <param name="activity">What is done.</param>
internal sealed class ProgressBar(Cmdlet cmdlet, string activity) : IDisposable
{
    private readonly ProgressPace _pace = new(TimeProvider.System);

    /// <summary>Says how far it is, when it is time to.</summary>
    /// <param name="look">Tells how much is done, from 0 to 1, null when nobody can know, and where it is; asked for only when it is time to.</param>
    public void Report(Func<(double? Share, string Place)> look)
    {
        if (LiveHost.IsUnattended || !_pace.IsDue())
            return;
        var (share, place) = look();
        cmdlet.WriteProgress(new ProgressRecord(0, activity, place.Length == 0 ? " " : place)
        {
            PercentComplete = share is { } part && !double.IsNaN(part) ? (int)Math.Clamp(part * 100, 0, 100) : -1,
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_pace.HasBegun)
            cmdlet.WriteProgress(new ProgressRecord(0, activity, " ") { RecordType = ProgressRecordType.Completed });
    }
}
