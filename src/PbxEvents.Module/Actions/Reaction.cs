using System.Management.Automation;
using PbxEvents.Module.Reading;
using PbxEvents.Providers;

namespace PbxEvents.Module.Actions;

/// <summary>A subscription's action. Run on the pipeline thread.</summary>
/// <param name="client">The connection.</param>
/// <param name="subscription">The subscription.</param>
/// <param name="action">What runs.</param>
/// <param name="calls">The calls it runs for.</param>
/// <param name="messageData">What the action finds in <c>$Event.MessageData</c>.</param>
/// <param name="maxTriggerCount">The subscription ends after so many runs; null for never.</param>
internal sealed class Reaction(
    PbxClient client, PbxSubscription subscription, ScriptBlock action, CallFilter calls, object? messageData, int? maxTriggerCount)
{
    private int _triggered;
    private volatile bool _isOver;

    public PbxSubscription Subscription => subscription;

    /// <summary>True when the action is not to run any more. Any thread.</summary>
    public bool IsOver
    {
        get => _isOver;
        set => _isOver = value;
    }

    /// <summary>True when the action is to run for an event. Any thread.</summary>
    public bool Wants(PbxEvent pbxEvent) =>
        !_isOver && pbxEvent.Sequence > subscription.StartSequence && subscription.Matches(pbxEvent) && calls.IsMatch(pbxEvent);

    /// <summary>Makes one run of the action.</summary>
    /// <param name="pbxEvent">The event.</param>
    /// <returns>The run, not begun.</returns>
    public ActionRun Begin(PbxEvent pbxEvent)
    {
        if (++_triggered >= maxTriggerCount)
            End();
        var args = new PbxEventArgs(client, pbxEvent, null);
        var variables = new List<PSVariable>
        {
            new("_", pbxEvent),
            new("Event", new PbxActionEvent(client, args, $"PbxEvents.Subscription.{subscription.Id}", messageData)),
            new("EventArgs", args),
            new("Sender", client),
            new("EventSubscriber", subscription),
        };
        return new ActionRun(action, variables, pbxEvent);
    }

    /// <summary>The last time; the subscription goes too, as an engine event's subscriber does.</summary>
    private void End()
    {
        _isOver = true;
        _ = client.UnsubscribeAsync(subscription, CancellationToken.None);
    }
}
