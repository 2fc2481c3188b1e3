using System.Management.Automation;
using PbxEvents.Journal;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that draw a conclusion from many calls: those of a connection, of a journal, or from the pipeline.</summary>
public abstract class CallSourceCmdlet : PartyCmdlet
{
    private protected const string LiveSet = "Live";
    private protected const string JournalSet = "Journal";
    private protected const string CallSet = "Call";

    /// <summary>A journal knows when events came by this machine's clock; a PBX's may be off, also by the hours of a wrong time zone.</summary>
    private static readonly TimeSpan ClockError = TimeSpan.FromDays(1);

    private protected CallSourceCmdlet()
    {
    }

    /// <summary>Calls, such as those of Get-PbxCall and Get-PbxCallRecord.</summary>
    [Parameter(
        Mandatory = true,
        ValueFromPipeline = true,
        ParameterSetName = CallSet)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public PbxCall[] Call { get; set; } = [];

    /// <summary>The journal to read them from: an object, a name, or the path of a file.</summary>
    [Parameter(
        Mandatory = true,
        ParameterSetName = JournalSet)]
    [ArgumentCompleter(typeof(JournalCompleter))]
    public JournalArgument? Journal { get; set; }

    /// <summary>Only calls that began since: a date and time, a span (so long ago), today or yesterday.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MomentCompleter))]
    public MomentArgument? Since { get; set; }

    private protected override bool ReadsConnections => ParameterSetName == LiveSet;

    /// <summary>In which state a call must be to be of any use.</summary>
    private protected abstract bool IsOfUse(PbxCallState state);

    /// <summary>Takes a call that fits the connections; of one call several states may come, the last one last.</summary>
    private protected abstract void Take(PbxCall call);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        base.ProcessRecord();
        foreach (var call in Call)
            Take(call);
    }

    /// <summary>Takes the calls of the connections or the journal.</summary>
    private protected void ReadCalls()
    {
        if (ParameterSetName == JournalSet)
        {
            ReadJournal(Journal!);
            return;
        }
        foreach (var call in Clients.SelectMany(c => c.GetCalls()))
            Take(call);
    }

    private void ReadJournal(JournalArgument argument)
    {
        EventJournal? opened = null;
        try
        {
            var journal = JournalAccess.Find(argument, Session.Journals, GetUnresolvedProviderPathFromPSPath)
                ?? (opened = JournalAccess.Open(new JournalOptions { Path = GetUnresolvedProviderPathFromPSPath(argument.Text), ReadOnly = true }));
            ReadThrough(journal.ReadFor(new EventQuery(Since: Since?.Moment - ClockError), this), e =>
            {
                // A call is made of its events; only those that can matter are.
                if (e.CallState is { } state && IsOfUse(state) && IsWanted(e) && e.Call is { } call)
                    Take(call);
                return false;
            });
        }
        catch (PbxException e)
        {
            ThrowTerminatingError(e.ToErrorRecord(argument.Text));
        }
        finally
        {
            opened?.CloseAsync().Wait(CancellationToken.None);
        }
    }

    private bool IsWanted(PbxEvent pbxEvent) => Connection is null || Array.Exists(Connection, c => c.MatchesName(pbxEvent.Connection));
}
