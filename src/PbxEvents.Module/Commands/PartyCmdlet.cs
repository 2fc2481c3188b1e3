using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that look for events or calls by who takes part, and when.</summary>
public abstract class PartyCmdlet : ReadingCmdlet
{
    private protected PartyCmdlet()
    {
    }

    /// <summary>Only what these extensions take part in; wildcards allowed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ExtensionCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[]? Extension { get; set; }

    /// <summary>Only what comes from these numbers; wildcards allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CallerCompleter))]
    public string[]? From { get; set; }

    /// <summary>Only what goes to these numbers; wildcards allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CalleeCompleter))]
    public string[]? To { get; set; }

    /// <summary>Only what came through these queues; wildcards allowed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(QueueCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[]? Queue { get; set; }

    /// <summary>Only what began while one of these schedules was open: the call, or else the event.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    [ValidateNotNullOrEmpty]
    public PbxSchedule[]? Within { get; set; }

    /// <summary>Only what began while none of these schedules was open.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    [ValidateNotNullOrEmpty]
    public PbxSchedule[]? Outside { get; set; }

    private protected PartyFilter MakePartyFilter() => new(From, To, Extension, Queue);

    private protected HoursFilter MakeHoursFilter() => new(Within, Outside);
}
