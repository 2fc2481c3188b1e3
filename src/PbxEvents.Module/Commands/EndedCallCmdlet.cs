using System.Management.Automation;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that look for calls by how they went.</summary>
public abstract class EndedCallCmdlet : PartyCmdlet
{
    private protected EndedCallCmdlet()
    {
    }

    /// <summary>Only calls that ended so; Unknown for those of which too much was not seen, or is not recorded, to tell.</summary>
    [Parameter]
    public virtual PbxOutcome[]? Outcome { get; set; }

    /// <summary>Only calls that go this way.</summary>
    [Parameter]
    public PbxDirection[]? Direction { get; set; }

    /// <summary>Only inbound calls that ended and reached nobody: missed, abandoned, busy, rejected, voicemail or failed.</summary>
    [Parameter]
    public SwitchParameter Unreached { get; set; }

    private protected virtual CallFilter MakeFilter() => new()
    {
        Outcome = Outcome,
        Direction = Direction,
        IsUnreached = Unreached,
        Parties = MakePartyFilter(),
        Hours = MakeHoursFilter(),
    };
}
