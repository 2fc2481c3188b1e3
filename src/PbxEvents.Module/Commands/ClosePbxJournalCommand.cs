using System.Management.Automation;
using PbxEvents.Journal;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Keeps what has come and closes journals. Connections that write to one go on without it.</summary>
[Cmdlet(VerbsCommon.Close, "PbxJournal", SupportsShouldProcess = true)]
[OutputType(typeof(PbxJournal))]
public sealed class ClosePbxJournalCommand : PbxCmdlet
{
    /// <summary>How long a running action has to finish; then it is told to end.</summary>
    private static readonly TimeSpan ActionPatience = TimeSpan.FromSeconds(5);

    /// <summary>The journals: objects, names or paths. Default: the session's.</summary>
    [Parameter(
        Position = 0,
        ValueFromPipeline = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(JournalCompleter))]
    [ValidateNotNullOrEmpty]
    public JournalArgument[]? Journal { get; set; }

    /// <summary>Returns the closed journals.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Journal is null && Session.DefaultJournal is null)
        {
            WriteError(ModuleErrors.NoJournal());
            return;
        }
        foreach (var argument in Journal ?? [new JournalArgument(Session.DefaultJournal!)])
            Try(() => Close(argument), argument.Text);
    }

    private void Close(JournalArgument argument)
    {
        var journal = JournalAccess.Find(argument, Session.Journals, GetUnresolvedProviderPathFromPSPath) ?? throw JournalFaults.NotFound(argument.Text);
        var connections = journal.Connections;
        var reactions = Session.DurableReactions.Where(r => r.Journal == journal).ToArray();
        var action = connections.Count == 0 ? SR.CloseJournalAction : SR.CloseUsedJournalAction.With(string.Join(", ", connections));
        if (reactions.Length > 0)
            action += SR.ReactionsEnd.With(string.Join(", ", reactions.Select(r => r.Name)));
        if (!ShouldProcess($"{journal.Name} ({journal.Path})", action))
            return;
        Await(_ => Task.WhenAll(reactions.Select(r => r.StopAsync(ActionPatience))));
        foreach (var reaction in reactions)
            Session.Remove(reaction);
        var lost = Await(_ => journal.CloseAsync());
        Session.Remove(journal);
        if (PassThru)
            WriteObject(journal);
        if (lost > 0)
            throw JournalFaults.NotKept(journal.Name, lost, journal.LastError);
    }
}
