using System.Management.Automation;
using PbxEvents.Journal;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Lists the open journals of this session.</summary>
[Cmdlet(VerbsCommon.Get, "PbxJournal")]
[OutputType(typeof(PbxJournal))]
public sealed class GetPbxJournalCommand : PbxCmdlet
{
    /// <summary>The names; wildcards allowed. Default all.</summary>
    [Parameter(
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(JournalCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
            var found = Session.Journals.Where(j => pattern.IsMatch(j.Name)).ToArray();
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
                WriteError(JournalFaults.NotFound(name).ToErrorRecord(name));
            WriteObject(found, enumerateCollection: true);
        }
    }
}
