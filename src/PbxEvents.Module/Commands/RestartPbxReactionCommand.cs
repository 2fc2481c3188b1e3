using System.Management.Automation;
using PbxEvents.Journal;
using PbxEvents.Journal.Reactions;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Runs the action of durable reactions for events of the past, with the same keys as the first time: whoever runs them does.</summary>
[Cmdlet(VerbsLifecycle.Restart, "PbxReaction", SupportsShouldProcess = true)]
public sealed class RestartPbxReactionCommand : ReactionCmdlet
{
    /// <summary>Events that arrived since, by this machine's clock: a date and time, a span (so long ago), today or yesterday.</summary>
    [Parameter(
        Mandatory = true,
        Position = 1)]
    [ArgumentCompleter(typeof(MomentCompleter))]
    [ValidateNotNull]
    public MomentArgument? Since { get; set; }

    /// <summary>Events that arrived before. Default: all that the reaction has looked at.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MomentCompleter))]
    public MomentArgument? Until { get; set; }

    /// <summary>Also runs for what is done.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void Process(EventJournal journal, PbxReaction reaction)
    {
        var (since, until) = (Since!.Moment, Until?.Moment ?? DateTimeOffset.MaxValue);
        if (!ShouldProcess(reaction.Name, FindRunning(journal, reaction.Name) is { } running ? Describe(running, since, until) : SR.RestartLaterAction.With(Since)))
            return;
        using var book = journal.OpenReactions(isReadOnly: false);
        book.AskReplay(reaction.Name, since, until, Force);
        WriteVerbose(reaction.State == PbxReactionState.Stopped ? SR.RestartWaits.With(reaction.Name) : SR.RestartAsked.With(reaction.Name));
    }

    private string Describe(RunningReaction running, DateTimeOffset since, DateTimeOffset until)
    {
        try
        {
            var counts = AwaitLong(token => Task.Run(() => running.Replays.Count(since, until, token), token), SR.CountingEvents.With(running.Name));
            var (done, dead) = (counts[Standing.Done], counts[Standing.Dead]);
            return (Force ? SR.RestartAllAction : SR.RestartReactionAction).With(counts[Standing.None] + dead + (Force ? done : 0), done, counts[Standing.Open], dead);
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }
}
