using System.Management.Automation;
using System.Text;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Data;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Reports;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Writes a report of ended calls to a file: as a page with charts (.html), or as comma-separated values (.csv). It takes the place of an
/// older one as a whole, so nobody ever reads half of it.
/// </summary>
[Cmdlet(VerbsData.Export, "PbxReport", DefaultParameterSetName = LiveSet, SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportPbxReportCommand : CallMeterCmdlet
{
    /// <summary>The file; its ending, .html or .csv, says what is written.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The heading of a page. Default: Calls, and of when.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? Title { get; set; }

    /// <summary>Leaves a file that is there as it is, and says so.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Puts out the file.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private bool IsPage => !Path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (System.IO.Path.GetExtension(Path).ToUpperInvariant() is not (".HTML" or ".HTM" or ".CSV"))
            ThrowTerminatingError(ModuleErrors.NoReportForm(Path));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        var path = GetUnresolvedProviderPathFromPSPath(Path);
        if (!ShouldProcess(path, SR.ExportReportAction))
            return;
        if (NoClobber && File.Exists(path))
            ThrowTerminatingError(ModuleErrors.ReportExists(path));
        var report = CallReport.Make(Meter, Title, TimeSpan.FromSeconds(ServiceLevel), TimeZoneInfo.Local, DateTimeOffset.Now);
        Save(path, IsPage ? new HtmlReport(report, ContactProperty.NameOf).Write() : CsvReport.Write(report));
        WriteVerbose(SR.ReportWritten.With(path, report.Total.Calls));
        if (PassThru)
            WriteObject(new FileInfo(path));
    }

    private void Save(string path, string text)
    {
        var draft = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            // Spreadsheets take a file without the mark for one in the machine's old code page.
            File.WriteAllText(draft, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: !IsPage));
            File.Move(draft, path, overwrite: !NoClobber);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            if (File.Exists(draft))
                File.Delete(draft);
            ThrowTerminatingError(ModuleErrors.ReportUnwritable(path, e));
        }
    }
}
