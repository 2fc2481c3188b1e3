using System.Management.Automation;
using PbxEvents.Journal;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;

namespace PbxEvents.Module.Commands;

/// <summary>Shows how far the durable reactions of a journal are, whoever runs them.</summary>
[Cmdlet(VerbsCommon.Get, "PbxReaction")]
[OutputType(typeof(PbxReaction))]
public sealed class GetPbxReactionCommand : ReactionCmdlet
{
    /// <summary>The names; wildcards allowed. Default all.</summary>
    [Parameter(
        Position = 0,
        ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ReactionCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public override string[] Name { get; set; } = ["*"];

    private protected override void Process(EventJournal journal, PbxReaction reaction) => WriteObject(reaction);
}
