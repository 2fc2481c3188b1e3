using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Reading;
using PbxEvents.Module.Watching;
using PbxEvents.Providers;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Asks the platform's call records for the calls that ended in a past time, also in hours when nothing was connected. They come as they are
/// read, those of one day in the order of their ends.
/// </summary>
[Cmdlet(VerbsCommon.Get, "PbxCallRecord")]
[OutputType(typeof(PbxCall))]
public sealed class GetPbxCallRecordCommand : EndedCallCmdlet
{
    /// <summary>Only calls that ended since: a date and time, a span (so long ago), today or yesterday. Default today.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(MomentCompleter))]
    public MomentArgument Since { get; set; } = new("today");

    /// <summary>Only calls that ended before: as -Since. Default now.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(MomentCompleter))]
    public MomentArgument? Until { get; set; }

    /// <summary>Ends after this many calls.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int First { get; set; } = int.MaxValue;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var filter = MakeFilter();
        var until = Until?.Moment ?? DateTimeOffset.Now;
        var left = First;
        foreach (var client in Clients)
            Try(() => left = Read(client, until, filter, left), client);
    }

    private int Read(PbxClient client, DateTimeOffset until, CallFilter filter, int left)
    {
        WriteVerbose(SR.AskingForRecords.With(client.Name, Since, until));
        using var bar = new ProgressBar(this, SR.ReadingRecords.With(client.Name));
        if (left > 0)
        {
            TakeEach(client.ReadCallRecordsAsync(Since.Moment, until, StopToken), call =>
            {
                bar.Report(() => ((call.EndedAt - Since.Moment) / (until - Since.Moment), $"{call.EndedAt:g}"));
                if (!filter.IsMatch(call))
                    return true;
                WriteObject(call);
                return --left > 0;
            });
        }
        return left;
    }
}
