using System.Management.Automation;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;
using PbxEvents.Providers;

namespace PbxEvents.Module.Commands;

/// <summary>Withdraws subscriptions.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "PbxSubscription", DefaultParameterSetName = IdSet, SupportsShouldProcess = true)]
[OutputType(typeof(PbxSubscription))]
public sealed class UnregisterPbxSubscriptionCommand : PbxCmdlet
{
    private const string IdSet = "Id";
    private const string ObjectSet = "Object";

    /// <summary>The numbers of the subscriptions, on whatever connection of this session.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(SubscriptionCompleter))]
    public int[] Id { get; set; } = [];

    /// <summary>The subscriptions.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true,
        ParameterSetName = ObjectSet)]
    public PbxSubscription[] Subscription { get; set; } = [];

    /// <summary>Returns the withdrawn subscriptions.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == IdSet)
        {
            foreach (var id in Id)
                Unregister(s => s.Id == id, id);
        }
        else
        {
            foreach (var subscription in Subscription)
                Unregister(s => ReferenceEquals(s, subscription), subscription);
        }
    }

    private void Unregister(Func<PbxSubscription, bool> isMeant, object target)
    {
        foreach (var connection in Session.Connections)
        {
            if (connection.Subscriptions.FirstOrDefault(isMeant) is { } subscription)
            {
                Unregister(connection, subscription);
                return;
            }
        }
        WriteError(ModuleErrors.SubscriptionNotFound(target));
    }

    private void Unregister(PbxClient connection, PbxSubscription subscription)
    {
        if (!ShouldProcess($"{subscription} on {connection.Name}", SR.UnregisterAction))
            return;
        Follow(connection);
        Session.Reactions.Remove(subscription);
        Try(() => Await(token => connection.UnsubscribeAsync(subscription, token)), subscription);
        Session.Remove(subscription);
        if (PassThru)
            WriteObject(subscription);
    }
}
