using System.Management.Automation;
using PbxEvents.Journal;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Opens a journal: a file that keeps the events of the connections that are opened from now on, beyond the end of the process. It is made
/// when it is not there, and it becomes the session's default.
/// </summary>
[Cmdlet(VerbsCommon.Open, "PbxJournal")]
[OutputType(typeof(PbxJournal))]
public sealed class OpenPbxJournalCommand : PbxCmdlet
{
    /// <summary>The file. It and its folder are made when they are not there, for their owner's eyes only.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The journal's name in this session. Default: the file's name without its ending.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Events older than this are dropped. Default 30 days.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(30);

    /// <summary>So many bytes of events are kept; beyond it the oldest are dropped. Default 2 GB.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    [ValidateRange(1 << 20, long.MaxValue)]
    public long MaxSize { get; set; } = 2L << 30;

    /// <summary>What events outlive once they are kept. Default Power.</summary>
    [Parameter]
    public PbxJournalDurability Durability { get; set; }

    /// <summary>Opens it to read only, also while another process writes to it. It does not become the default.</summary>
    [Parameter]
    public SwitchParameter ReadOnly { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var options = new JournalOptions
        {
            Path = GetUnresolvedProviderPathFromPSPath(Path),
            Name = Name,
            MaxAge = MaxAge,
            MaxSize = MaxSize,
            Durability = Durability,
            ReadOnly = ReadOnly,
        };
        try
        {
            WriteObject(OpenJournal(options));
        }
        catch (PbxException e)
        {
            ThrowTerminatingError(e.ToErrorRecord(options.Path));
        }
    }
}
