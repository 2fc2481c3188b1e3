using System.Management.Automation;
using PbxEvents.Journal;
using PbxEvents.Journal.Reactions;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Runs the action of a durable reaction of this session for events of the past, with the same keys as the first time.</summary>
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
        if (FindRunning(journal, reaction.Name) is not { } running)
        {
            WriteError(ModuleErrors.ReactionNotHere(reaction.Name));
            return;
        }
        using var book = journal.OpenReactions(isReadOnly: false);
        var again = new List<Again>();
        var counts = new int[4];
        var seen = new HashSet<string>();
        var place = running.Place;
        foreach (var (number, pbxEvent) in journal.ReadNumbered(new EventQuery(Since!.Moment, Until?.Moment)))
        {
            if (number > place)
                break;
            if (StopToken.IsCancellationRequested)
                throw new PipelineStoppedException();
            if (!running.Options.IsMatch(pbxEvent) || !seen.Add(running.Options.KeyOf(pbxEvent)))
                continue;
            var key = running.Options.KeyOf(pbxEvent);
            var standing = book.StandingOf(reaction.Name, number, key);
            counts[(int)standing]++;
            if (standing is Standing.None or Standing.Dead || (standing == Standing.Done && Force))
                again.Add(new Again(number, key, running.Options.OrderKeyOf(pbxEvent)));
        }
        var text = Force ? SR.RestartAllAction : SR.RestartReactionAction;
        if (ShouldProcess(reaction.Name, text.With(again.Count, counts[(int)Standing.Done], counts[(int)Standing.Open], counts[(int)Standing.Dead])))
            book.RunAgain(reaction.Name, again, DateTimeOffset.UtcNow);
    }
}
