using System.Management.Automation;
using PbxEvents.Module.Actions;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Reading;
using PbxEvents.Providers;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Subscribes to events and returns when the platform has confirmed. The subscription is restored after every reconnect
/// until it is unregistered.
/// </summary>
[Cmdlet(VerbsLifecycle.Register, "PbxSubscription", DefaultParameterSetName = CategorySet, SupportsShouldProcess = true)]
[OutputType(typeof(PbxSubscription))]
public sealed class RegisterPbxSubscriptionCommand : ConnectionCmdlet
{
    private const string CategorySet = "Category";
    private const string TopicSet = "Topic";

    private CallFilter? _calls;

    /// <summary>What to subscribe to, in one vocabulary for all platforms; one subscription for each.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ParameterSetName = CategorySet)]
    [Alias("Type")]
    public PbxSubscriptionType[] Category { get; set; } = [];

    /// <summary>What to subscribe to, in the platform's own words.</summary>
    [Parameter(
        Mandatory = true,
        ParameterSetName = TopicSet)]
    [ArgumentCompleter(typeof(TopicCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Topic { get; set; } = [];

    /// <summary>Only these extensions. Default all.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ExtensionCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Extension { get; set; } = [];

    /// <summary>Only these queues. Default all.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(QueueCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Queue { get; set; } = [];

    /// <summary>Only events with these platform names. Default all.</summary>
    [Parameter]
    [Alias("Name")]
    [ArgumentCompleter(typeof(EventNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] EventName { get; set; } = [];

    /// <summary>Only these tenants. Default: the credential's own.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string[] Tenant { get; set; } = [];

    /// <summary>
    /// Run for each event, in order, with the event in <c>$_</c> and what an engine event's action has: <c>$Event</c>,
    /// <c>$EventArgs</c>, <c>$Sender</c>, <c>$EventSubscriber</c>.
    /// </summary>
    [Parameter(Position = 1)]
    [ActionTransformation]
    [ValidateNotNull]
    public ScriptBlock? Action { get; set; }

    /// <summary>The action runs when a call enters one of these states; once for each time.</summary>
    [Parameter]
    public PbxCallState[]? State { get; set; }

    /// <summary>The action runs when a call ends so; once for each call.</summary>
    [Parameter]
    public PbxOutcome[]? Outcome { get; set; }

    /// <summary>The action runs only for calls that go this way.</summary>
    [Parameter]
    public PbxDirection[]? Direction { get; set; }

    /// <summary>
    /// The action runs when an inbound call has ended and reached nobody: missed, abandoned, busy, rejected, voicemail or failed.
    /// </summary>
    [Parameter]
    public SwitchParameter Unreached { get; set; }

    /// <summary>The action runs only for calls from these numbers; wildcards allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CallerCompleter))]
    public string[]? From { get; set; }

    /// <summary>The action runs only for calls to these numbers; wildcards allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CalleeCompleter))]
    public string[]? To { get; set; }

    /// <summary>The action runs only for what began while one of these schedules was open: the call, else the event.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    [ValidateNotNullOrEmpty]
    public PbxSchedule[]? Within { get; set; }

    /// <summary>The action runs only for what began while none of these schedules was open.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    [ValidateNotNullOrEmpty]
    public PbxSchedule[]? Outside { get; set; }

    /// <summary>Anything; the action finds it in <c>$Event.MessageData</c>.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public object? MessageData { get; set; }

    /// <summary>The subscription ends after the action has run this many times. Default: never.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int MaxTriggerCount { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _calls = new CallFilter
        {
            State = State,
            Outcome = Outcome,
            Direction = Direction,
            IsUnreached = Unreached,
            Parties = new PartyFilter(From, To, null, null),
            Hours = new HoursFilter(Within, Outside),
        };
        if (Action is null && (MessageData is not null || MaxTriggerCount > 0 || !_calls.IsEmpty))
            ThrowTerminatingError(ModuleErrors.ActionMissing());
        if (Outcome is not null || Unreached)
            RefuseOtherThanEnded(State);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var connection in ResolveConnections())
        {
            foreach (var filter in MakeFilters())
            {
                if (ShouldProcess($"{filter} on {connection.Name}", SR.RegisterAction))
                    Try(() => Register(connection, filter), connection);
            }
        }
    }

    private void Register(PbxClient connection, PbxSubscriptionFilter filter)
    {
        var subscription = Await(token => connection.SubscribeAsync(filter, token));
        Session.Add(subscription);
        if (Action is not null)
            Session.Reactions.Add(connection, new Reaction(connection, subscription, Action, _calls!, MessageData, MaxTriggerCount == 0 ? null : MaxTriggerCount));
        if (Action is not null && Session.Reactions.IsSuspended)
            WriteWarning(SR.ActionsSuspended.With(Session.Reactions.Count));
        WriteObject(subscription);
    }

    private IEnumerable<PbxSubscriptionFilter> MakeFilters()
    {
        var common = new PbxSubscriptionFilter
        {
            Topic = Topic,
            Extension = Extension,
            Queue = Queue,
            EventName = EventName,
            Tenant = Tenant,
        };
        return ParameterSetName == TopicSet ? [common] : Category.Select(t => common with { Type = t });
    }
}
