using System.Management.Automation;
using PbxEvents.Journal;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Ends durable reactions in this session. The journal keeps how far they are.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "PbxReaction", SupportsShouldProcess = true)]
public sealed class UnregisterPbxReactionCommand : ReactionCmdlet
{
    /// <summary>How many seconds a running action has to finish; then it is told to end. Default 20.</summary>
    [Parameter]
    [ValidateRange(0, 2_147_483)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double StopTimeout { get; set; } = 20;

    private protected override void Process(EventJournal journal, PbxReaction reaction)
    {
        if (FindRunning(journal, reaction.Name) is not { } running)
        {
            // A pattern means those that this session runs.
            if (!WildcardPattern.ContainsWildcardCharacters(Name[0]))
                WriteError(ModuleErrors.ReactionNotHere(reaction.Name));
            return;
        }
        if (!ShouldProcess(reaction.Name, SR.UnregisterReactionAction))
            return;
        var hasEnded = Await(_ => running.StopAsync(TimeSpan.FromSeconds(StopTimeout)));
        Session.Remove(running);
        if (!hasEnded)
            throw running.LastError ?? JournalFaults.ReactionStuck(running.Name, "its event", running.Options.Timeout);
    }
}
