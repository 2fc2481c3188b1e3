using System.Management.Automation;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that read events through a filter.</summary>
public abstract class EventCmdlet : PartyCmdlet
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

    private protected override IReadOnlyList<PbxCategory>? AwaitedCategories =>
        Category ?? (CallState is not null || Outcome is not null ? [PbxCategory.Call] : null);

    private protected override IReadOnlyList<string> AwaitedNames => Name ?? [];

    private protected EventFilter MakeFilter(DateTimeOffset? since = null) => new()
    {
        Category = Category,
        CallState = CallState,
        Outcome = Outcome,
        Name = new TextPatterns(Name),
        Parties = MakePartyFilter(),
        Since = since,
    };
}
