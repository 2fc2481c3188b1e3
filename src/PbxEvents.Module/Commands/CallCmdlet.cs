using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that look for calls through a filter.</summary>
public abstract class CallCmdlet : EndedCallCmdlet
{
    private protected CallCmdlet()
    {
    }

    /// <inheritdoc/>
    [Parameter(Position = 0)]
    public override PbxOutcome[]? Outcome { get; set; }

    /// <summary>Only calls in one of these states.</summary>
    [Parameter]
    public PbxCallState[]? State { get; set; }

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

    private protected override CallFilter MakeFilter() => base.MakeFilter() with { State = State, Call = Calls?.ToArray() };
}
