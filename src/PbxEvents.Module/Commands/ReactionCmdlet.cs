using System.Management.Automation;
using PbxEvents.Journal;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that do something with durable reactions by their names.</summary>
public abstract class ReactionCmdlet : JournalCmdlet
{
    private protected ReactionCmdlet()
    {
    }

    /// <summary>The names of the reactions; wildcards allowed.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ReactionCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public virtual string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => UseJournal(journal =>
    {
        foreach (var reaction in Select(journal))
            Try(() => Process(journal, reaction), reaction);
    });

    /// <summary>Does it for one.</summary>
    private protected abstract void Process(EventJournal journal, PbxReaction reaction);

    /// <summary>The selected reactions. An unknown name is reported.</summary>
    private List<PbxReaction> Select(EventJournal journal)
    {
        var all = Look(journal);
        var found = new List<PbxReaction>();
        foreach (var name in Name)
        {
            var pattern = ValidateWildcardAttribute.Parse(name);
            var matches = all.Where(r => pattern.IsMatch(r.Name)).ToArray();
            if (matches.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
                WriteError(JournalFaults.ReactionNotFound(name, journal.Path).ToErrorRecord(name));
            found.AddRange(matches.Where(m => !found.Contains(m)));
        }
        return found;
    }
}
