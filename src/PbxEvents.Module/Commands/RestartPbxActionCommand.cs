using System.Management.Automation;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Runs a subscription's action again for the events at which it failed, before any newer event. What fails once more is a
/// failure once more.
/// </summary>
[Cmdlet(VerbsLifecycle.Restart, "PbxAction", DefaultParameterSetName = SubscriptionSet, SupportsShouldProcess = true)]
public sealed class RestartPbxActionCommand : PbxCmdlet
{
    private const string SubscriptionSet = "Subscription";
    private const string FailureSet = "Failure";

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
        var failures = ParameterSetName == FailureSet ? Failure : Subscription.SelectMany(s => s.FailedEvents).ToArray();
        foreach (var failure in failures)
        {
            if (!ShouldProcess(failure.ToString(), SR.RestartActionAction))
                continue;
            if (Session.Reactions.Repeat(failure))
                failure.Subscription.RemoveFailure(failure);
            else
                WriteError(ModuleErrors.NoActionToRestart(failure));
        }
    }

    /// <summary>At once, while the user is looking.</summary>
    protected override void EndProcessing() => Session.RunReactions();
}
