using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Lists the calls in progress and those that ended recently, oldest first, as they stand.</summary>
[Cmdlet(VerbsCommon.Get, "PbxCall")]
[OutputType(typeof(PbxCall))]
public sealed class GetPbxCallCommand : CallCmdlet
{
    /// <summary>Only calls in progress and those that ended since: a date and time, a span (so long ago), today or yesterday.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MomentCompleter))]
    public MomentArgument? Since { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Clients.Count == 0)
            return;
        var filter = MakeFilter();
        var calls = Clients.SelectMany(c => c.GetCalls()).ToArray();
        foreach (var id in Calls ?? [])
        {
            if (!calls.Any(c => c.CallId == id))
                WriteError(ModuleErrors.CallNotFound(id));
        }
        if (Since is { } since)
        {
            WarnOfUnseen(since);
            calls = [.. calls.Where(c => c.EndedAt is null || c.EndedAt >= since.Moment)];
        }
        WriteObject(calls.Where(filter.IsMatch), enumerateCollection: true);
    }
}
