using System.Management.Automation;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that read events through a filter.</summary>
public abstract class EventCmdlet : ReadingCmdlet
{
    private protected EventCmdlet()
    {
    }

    /// <summary>Only events of these categories.</summary>
    [Parameter(Position = 0)]
    public PbxCategory[]? Category { get; set; }

    /// <summary>Only events with these platform names; wildcards allowed.</summary>
    [Parameter]
    [Alias("EventName")]
    [ArgumentCompleter(typeof(EventNameCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>Only events after which the call is in one of these states.</summary>
    [Parameter]
    public PbxCallState[]? CallState { get; set; }

    /// <summary>Only events of calls that ended so.</summary>
    [Parameter]
    public PbxOutcome[]? Outcome { get; set; }

    /// <summary>Only events that speak of these extensions, or of a call they take part in; wildcards allowed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ExtensionCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Extension { get; set; }

    /// <summary>Only events with these calling numbers; wildcards allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? From { get; set; }

    /// <summary>Only events with these called numbers; wildcards allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? To { get; set; }

    /// <summary>Only events that speak of these queues, or of a call that came through them; wildcards allowed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(QueueCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Queue { get; set; }

    private protected EventFilter MakeFilter(DateTimeOffset? since = null) => new()
    {
        Category = Category,
        CallState = CallState,
        Outcome = Outcome,
        Name = new TextPatterns(Name),
        Parties = new PartyFilter(From, To, Extension, Queue),
        Since = since,
    };
}
