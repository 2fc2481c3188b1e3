using System.Management.Automation;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Returns the next call that enters a state or ends with an outcome, as it stood at that moment, or nothing when the time is
/// up. In a loop it loses nothing: the next call with the same filter goes on after what the last one returned.
/// </summary>
[Cmdlet(VerbsLifecycle.Wait, "PbxCall")]
[OutputType(typeof(PbxCall))]
public sealed class WaitPbxCallCommand : CallCmdlet
{
    /// <summary>How many seconds to wait; -1, the default, for ever.</summary>
    [Parameter]
    [Alias("TimeoutSec")]
    [ValidateRange(-1, 2_147_483)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double Timeout { get; set; } = -1;

    /// <summary>Starts afresh: only what happens from now on.</summary>
    [Parameter]
    public SwitchParameter FromNow { get; set; }

    private protected override IReadOnlyList<PbxCategory>? AwaitedCategories { get; } = [PbxCategory.Call];

    private protected override IReadOnlyList<string> AwaitedCalls => Calls ?? [];

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Outcome is not null || Unreached)
            RefuseOtherThanEnded(State);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Clients.Count == 0)
            return;
        var filter = MakeFilter();
        var stream = OpenWaitStream($"{nameof(WaitPbxCallCommand)}\u001c{filter.Text}", FromNow);
        PbxCall? found = null;
        ReadOn(stream, new Deadline(Timeout), (pbxEvent, gap) =>
        {
            WarnOf(gap);
            WarnOf(pbxEvent.Gap);
            found = pbxEvent is { IsCallNews: true, Call: { } call } && filter.IsMatch(call) ? call : null;
            return found is not null;
        });
        WriteFound(found, stream);
    }
}
