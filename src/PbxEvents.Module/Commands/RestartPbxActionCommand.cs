using System.Management.Automation;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Runs a subscription's action again for the events at which it failed, before any newer event. What fails once more is a
/// failure once more.
/// </summary>
[Cmdlet(VerbsLifecycle.Restart, "PbxAction", DefaultParameterSetName = IdSet, SupportsShouldProcess = true)]
public sealed class RestartPbxActionCommand : PbxCmdlet
{
    private const string IdSet = "Id";
    private const string SubscriptionSet = "Subscription";
    private const string FailureSet = "Failure";

    /// <summary>The numbers of the subscriptions, on whatever connection of this session.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(SubscriptionCompleter))]
    public int[] Id { get; set; } = [];

    /// <summary>The subscriptions; everything that failed on them is run again.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true,
        ParameterSetName = SubscriptionSet)]
    public PbxSubscription[] Subscription { get; set; } = [];

    /// <summary>Failures out of <c>FailedEvents</c>.</summary>
    [Parameter(
        Mandatory = true,
        ValueFromPipeline = true,
        ParameterSetName = FailureSet)]
    public PbxActionFailure[] Failure { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var failure in ParameterSetName == FailureSet ? Failure : Meant().SelectMany(s => s.FailedEvents).ToArray())
        {
            if (!ShouldProcess(failure.ToString(), SR.RestartActionAction))
                continue;
            if (Session.Reactions.Repeat(failure))
                failure.Subscription.RemoveFailure(failure);
            else
                WriteError(ModuleErrors.NoActionToRestart(failure));
        }
    }

    private IEnumerable<PbxSubscription> Meant()
    {
        if (ParameterSetName == SubscriptionSet)
            return Subscription;
        var known = Session.Connections.SelectMany(c => c.Subscriptions).ToArray();
        foreach (var id in Id.Where(id => !known.Any(s => s.Id == id)))
            WriteError(ModuleErrors.SubscriptionNotFound(id));
        return known.Where(s => Id.Contains(s.Id));
    }

    /// <summary>At once, while the user is looking.</summary>
    protected override void EndProcessing() => Session.RunReactions();
}
