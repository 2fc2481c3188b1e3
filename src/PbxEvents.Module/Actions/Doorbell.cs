using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PbxEvents.Module.Actions;

/// <summary>
/// Wakes PowerShell when an action has something to do. PowerShell handles two queued event actions at each checkpoint and
/// no more, so events are not queued there: one ring is, and its action takes everything out of our own queues.
/// </summary>
public sealed class Doorbell
{
    /// <summary>
    /// What an action puts out is shown, and its errors too. Left in the pipeline they would pile up, unseen, in the job
    /// that PowerShell keeps for every event action.
    /// </summary>
    /// <remarks>A preference of Stop must not end the turn at the first action that fails.</remarks>
    private const string TurnText = "& $args[0].Command -Doorbell $args[0] -ErrorAction Continue 2>&1 | Out-Default";

    private const string ReportText = "& $args[0].ReportCommand -Doorbell $args[0] -ErrorAction Continue 2>&1 | Out-Default";

    private readonly Runspace _runspace;
    private PSEventSubscriber? _subscriber;
    private int _isRung;
    private bool _isShowing;

    internal Doorbell(Runspace runspace, Reactions reactions)
    {
        _runspace = runspace;
        Reactions = reactions;

        // A source with a real .NET event, and not an engine event: PSReadLine before 2.2 looks after its queued events
        // only when some subscriber has a source object.
        _subscriber = runspace.Events.SubscribeEvent(
            this, nameof(Rung), $"PbxEvents.Doorbell.{Guid.NewGuid():N}", PSObject.AsPSObject(this),
            ScriptBlock.Create("$Event.MessageData.RunTurn()"), supportEvent: true, forwardEvent: false);
    }

    /// <summary>Rings. PowerShell subscribes to it.</summary>
    public event EventHandler? Rung;

    /// <summary>
    /// The command that takes everything out. Used by the doorbell's own action. Errors of actions appear under its name, so it has the one
    /// by which the user gave the action.
    /// </summary>
    public CmdletInfo Command { get; } = new("Register-PbxSubscription", typeof(InvokePbxReactionCommand));

    /// <summary>The command that shows what durable reactions have put out. Used by the doorbell's own action.</summary>
    public CmdletInfo ReportCommand { get; } = new("Register-PbxReaction", typeof(ShowPbxReportCommand));

    /// <summary>What is to be done. Used by the doorbell's own action.</summary>
    internal Reactions Reactions { get; }

    /// <summary>Runs the actions that wait, for one turn. Pipeline thread; the doorbell's own action calls it.</summary>
    public void RunTurn()
    {
        ScriptBlock.Create(TurnText).InvokeReturnAsIs(this);

        // While it shows, PowerShell may hear the next ring; what that one is about must not come before.
        if (_isShowing || !Reactions.Reports.HasSome)
            return;
        _isShowing = true;
        try
        {
            ScriptBlock.Create(ReportText).InvokeReturnAsIs(this);
        }
        finally
        {
            _isShowing = false;
        }
        if (Reactions.Reports.HasSome)
            Reactions.Wake();
    }

    /// <summary>Rings, unless a ring is on its way already. Any thread.</summary>
    internal void Ring()
    {
        if (Interlocked.Exchange(ref _isRung, 1) == 0)
            Rung?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>The ring was heard; the next one counts again.</summary>
    internal void Rearm() => Interlocked.Exchange(ref _isRung, 0);

    internal void Remove()
    {
        if (Interlocked.Exchange(ref _subscriber, null) is { } subscriber)
            Unsubscribe(_runspace, subscriber);
    }

    /// <summary>
    /// Ends a subscription, but not in a runspace that closes, which drops it by itself: there PowerShell would run the events that wait
    /// for it first, and wait for ever for somebody to handle what they raise.
    /// </summary>
    internal static void Unsubscribe(Runspace runspace, PSEventSubscriber subscriber)
    {
        if (runspace.RunspaceStateInfo.State != RunspaceState.Opened)
            return;
        try
        {
            runspace.Events.UnsubscribeEvent(subscriber);
        }
        catch (InvalidOperationException)
        {
            // The runspace is closing and has dropped it.
        }
    }
}
