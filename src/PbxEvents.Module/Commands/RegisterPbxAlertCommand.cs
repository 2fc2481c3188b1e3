using System.Management.Automation;
using PbxEvents.Module.Alerts;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Service;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Runs an action when something is wrong with the connections, journals and reactions of this session, and again when it is over: to tell
/// somebody. Each problem is reported once, and one that comes and goes at most once per <c>-MinInterval</c>.
/// </summary>
[Cmdlet(VerbsLifecycle.Register, "PbxAlert", SupportsShouldProcess = true)]
[OutputType(typeof(PbxAlert))]
public sealed class RegisterPbxAlertCommand : PbxCmdlet
{
    /// <summary>The alert's name in this session.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string Name { get; set; } = "";

    /// <summary>
    /// Run for each notice: <c>$_</c> is the notice. It runs in a runspace of its own, made anew from its text, and again after a pause when it
    /// fails.
    /// </summary>
    [Parameter(
        Mandatory = true,
        Position = 1)]
    [ValidateNotNull]
    public ScriptBlock Action { get; set; } = null!;

    /// <summary>Reports a connection that is down for longer than this; one that has failed for good at once.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public TimeSpan? MaxDowntime { get; set; }

    /// <summary>Reports a connection on which nothing, not even a heartbeat, has arrived for longer than this.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public TimeSpan? MaxSilence { get; set; }

    /// <summary>Reports a durable reaction or journal that is more events behind than this.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public long? MaxLag { get; set; }

    /// <summary>Reports a durable reaction with more dead letters than this.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public long? MaxDeadLetters { get; set; }

    /// <summary>Reports a subscription that the platform refuses.</summary>
    [Parameter]
    public SwitchParameter SubscriptionRefused { get; set; }

    /// <summary>The shortest time between two notices that something is wrong with the same connection or reaction. Default 5 minutes.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public TimeSpan MinInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Only these connections: objects or names, wildcards allowed. Default all, also those that are opened later.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public ConnectionArgument[]? Connection { get; set; }

    /// <summary>Anything; the action finds it in <c>$Delivery.MessageData</c>.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public object? MessageData { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (var (parameter, value) in ((string, TimeSpan?)[])[(nameof(MaxDowntime), MaxDowntime), (nameof(MaxSilence), MaxSilence), (nameof(MinInterval), MinInterval)])
        {
            if (value < TimeSpan.Zero || value?.TotalMilliseconds > uint.MaxValue - 1)
                ThrowTerminatingError(ModuleErrors.BadTimeSpan(parameter, value.Value));
        }
        if (MaxDowntime is null && MaxSilence is null && MaxLag is null && MaxDeadLetters is null && !SubscriptionRefused)
            ThrowTerminatingError(ModuleErrors.AlertForNothing(Name));
        if (Session.Alerts.Any(a => a.Name.Equals(Name, StringComparison.OrdinalIgnoreCase)))
            ThrowTerminatingError(ModuleErrors.AlertNameInUse(Name));
        if (!ShouldProcess(Name, SR.RegisterAlertAction))
            return;
        var rule = new PbxAlert
        {
            Name = Name,
            MaxDowntime = MaxDowntime,
            MaxSilence = MaxSilence,
            MaxLag = MaxLag,
            MaxDeadLetters = MaxDeadLetters,
            SubscriptionRefused = SubscriptionRefused,
            MinInterval = MinInterval,
        };
        var (session, connections) = (Session, Connection);
        Session.Reactions.Listen();
        var alert = new RunningAlert(
            rule, name => connections?.Any(c => c.MatchesName(name)) != false, () => ListenerState.Of(session), MakeHost(), MessageData,
            Session.Reactions.Reports.Add, TimeProvider.System);
        Session.Add(alert);
        WriteObject(alert.Snapshot());
    }

    private ReactionHost MakeHost()
    {
        try
        {
            return new ReactionHost(ReactionCode.Of(Action, SessionState), null, SessionState.Path.CurrentFileSystemLocation.ProviderPath, isTest: false);
        }
        catch (PSNotSupportedException e)
        {
            ThrowTerminatingError(ModuleErrors.UsingTooMuch(e.Message));
            throw;
        }
    }
}
