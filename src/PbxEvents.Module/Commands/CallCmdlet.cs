using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that look for calls through a filter.</summary>
public abstract class CallCmdlet : PartyCmdlet
{
    private protected CallCmdlet()
    {
    }

    /// <summary>Only calls in one of these states.</summary>
    [Parameter]
    public PbxCallState[]? State { get; set; }

    /// <summary>Only calls that ended so; Unknown for those of which too much was not seen to tell.</summary>
    [Parameter]
    public PbxOutcome[]? Outcome { get; set; }

    /// <summary>Only calls that go this way.</summary>
    [Parameter]
    public PbxDirection[]? Direction { get; set; }

    /// <summary>Only inbound calls that ended and reached nobody: missed, abandoned, busy, rejected, voicemail or failed.</summary>
    [Parameter]
    public SwitchParameter Unreached { get; set; }

    /// <summary>Only these calls: objects or ids.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("CallId")]
    [ArgumentCompleter(typeof(CallCompleter))]
    [ValidateNotNullOrEmpty]
    public CallArgument[]? Call { get; set; }

    /// <summary>The ids of all input; null for every call.</summary>
    private protected IReadOnlyList<string>? Calls { get; private set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        base.ProcessRecord();
        if (Call is not null)
            Calls = [.. (Calls ?? []).Union(Call.Select(c => c.CallId))];
    }

    private protected CallFilter MakeFilter() => new()
    {
        State = State,
        Outcome = Outcome,
        Direction = Direction,
        IsUnreached = Unreached,
        Call = Calls?.ToArray(),
        Parties = MakePartyFilter(),
    };
}
