using System.Management.Automation;
using PbxEvents.Journal.Reactions;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that do something with dead letters.</summary>
public abstract class DeadLetterCmdlet : PbxCmdlet
{
    private protected DeadLetterCmdlet()
    {
    }

    /// <summary>The dead letters, as Get-PbxDeadLetter gives them.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true)]
    [ValidateNotNull]
    public PbxDeadLetter[] DeadLetter { get; set; } = [];

    private protected abstract string ActionText { get; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var letter in DeadLetter)
            Try(() => Process(letter), letter);
    }

    private protected abstract bool Change(IReactionBook book, PbxDeadLetter letter);

    private void Process(PbxDeadLetter letter)
    {
        if (!ShouldProcess($"{letter}", ActionText))
            return;
        using var book = JournalAccess.OpenReactions(letter.Journal, Session.Journals);
        if (!Change(book, letter))
            WriteError(ModuleErrors.NoDeadLetter(letter));
    }
}
