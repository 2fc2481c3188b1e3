using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that read events through a filter.</summary>
public abstract class EventCmdlet : PartyCmdlet
{
    private readonly HashSet<string> _calls = [];
    private readonly HashSet<PbxSubscription> _subscriptions = [];

    private protected EventCmdlet()
    {
    }

    /// <summary>Only events of these categories.</summary>
    [Parameter(Position = 0)]
    [Alias("Type")]
    public PbxCategory[]? Category { get; set; }

    /// <summary>Only events with these platform names; wildcards allowed.</summary>
    [Parameter]
    [Alias("EventName")]
    [ArgumentCompleter(typeof(EventNameCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>Only events after which the call is in one of these states.</summary>
    [Parameter]
    public PbxCallState[]? CallState { get; set; }

    /// <summary>Only events of calls that ended so.</summary>
    [Parameter]
    public PbxOutcome[]? Outcome { get; set; }

    /// <summary>Only events of these calls: objects or ids.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("CallId")]
    [ArgumentCompleter(typeof(CallCompleter))]
    [ValidateNotNullOrEmpty]
    public CallArgument[]? Call { get; set; }

    /// <summary>Only events that belong to these subscriptions: objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public PbxSubscription[]? Subscription { get; set; }

    private protected override IReadOnlyList<PbxCategory>? AwaitedCategories =>
        Category ?? (CallState is not null || Outcome is not null || Call is not null ? [PbxCategory.Call] : null);

    private protected override IReadOnlyList<string> AwaitedNames => Name ?? [];

    private protected override IReadOnlyList<string> AwaitedCalls => [.. _calls];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        base.ProcessRecord();
        _calls.UnionWith(Call?.Select(c => c.CallId) ?? []);
        _subscriptions.UnionWith(Subscription ?? []);
    }

    private protected EventFilter MakeFilter(DateTimeOffset? since = null, DateTimeOffset? until = null) => new()
    {
        Category = Category,
        CallState = CallState,
        Outcome = Outcome,
        Name = new TextPatterns(Name),
        Parties = MakePartyFilter(),
        Hours = MakeHoursFilter(),
        Calls = _calls,
        Subscriptions = _subscriptions,
        Since = since,
        Until = until,
    };
}
