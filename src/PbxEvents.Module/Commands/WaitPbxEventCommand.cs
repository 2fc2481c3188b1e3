using System.Management.Automation;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Returns the next event that fits, or nothing when the time is up. In a loop it loses nothing: the next call with the same
/// filter goes on after what the last one returned.
/// </summary>
[Cmdlet(VerbsLifecycle.Wait, "PbxEvent")]
[OutputType(typeof(PbxEvent))]
public sealed class WaitPbxEventCommand : EventCmdlet
{
    /// <summary>How many seconds to wait; -1, the default, for ever.</summary>
    [Parameter]
    [Alias("TimeoutSec")]
    [ValidateRange(-1, 2_147_483)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double Timeout { get; set; } = -1;

    /// <summary>Starts afresh: only events that come from now on.</summary>
    [Parameter]
    public SwitchParameter FromNow { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Clients.Count == 0)
            return;
        var filter = MakeFilter();
        var stream = OpenWaitStream($"{nameof(WaitPbxEventCommand)}\u001c{filter.Text}", FromNow);
        PbxEvent? found = null;
        ReadOn(stream, new Deadline(Timeout), (pbxEvent, gap) =>
        {
            WarnOf(gap);
            WarnOf(pbxEvent.Gap);
            found = filter.IsMatch(pbxEvent) ? pbxEvent : null;
            return found is not null;
        });
        WriteFound(found, stream);
    }
}
