using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that look for events or calls by who takes part.</summary>
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

    private protected PartyFilter MakePartyFilter() => new(From, To, Extension, Queue);
}
