using System.Management.Automation;
using PbxEvents.Journal;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;

namespace PbxEvents.Module.Commands;

/// <summary>Lists the events whose actions failed as often as they may.</summary>
[Cmdlet(VerbsCommon.Get, "PbxDeadLetter")]
[OutputType(typeof(PbxDeadLetter))]
public sealed class GetPbxDeadLetterCommand : ReactionCmdlet
{
    /// <summary>The names of the reactions; wildcards allowed. Default all.</summary>
    [Parameter(
        Position = 0,
        ValueFromPipelineByPropertyName = true)]
    [Alias("Reaction")]
    [ArgumentCompleter(typeof(ReactionCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public override string[] Name { get; set; } = ["*"];

    /// <summary>Only those that failed last since then: a date and time, a span (so long ago), today or yesterday.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MomentCompleter))]
    public MomentArgument? Since { get; set; }

    /// <summary>Only those of these calls: objects or ids.</summary>
    [Parameter]
    [Alias("CallId")]
    [ArgumentCompleter(typeof(CallCompleter))]
    [ValidateNotNullOrEmpty]
    public CallArgument[]? Call { get; set; }

    private protected override void Process(EventJournal journal, PbxReaction reaction)
    {
        using var book = journal.OpenReactions(isReadOnly: true);
        foreach (var dead in book.GetDead(reaction.Name).Where(d => Since is null || d.LastFailed >= Since.Moment))
        {
            var pbxEvent = journal.FindEvent(dead.Seq);
            if (Call is not null && !Array.Exists(Call, c => c.CallId == pbxEvent?.CallId))
                continue;
            WriteObject(new PbxDeadLetter
            {
                Reaction = reaction.Name,
                Journal = journal.Path,
                Number = dead.Seq,
                Event = pbxEvent,
                Attempts = dead.Tries,
                FirstFailedAt = dead.FirstFailed,
                LastFailedAt = dead.LastFailed,
                Error = dead.Failure.Error,
                ErrorId = dead.Failure.ErrorId,
                ScriptStackTrace = dead.Failure.Stack,
                Steps = dead.Steps,
            });
        }
    }
}
