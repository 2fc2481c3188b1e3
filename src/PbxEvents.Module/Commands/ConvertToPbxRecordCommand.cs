using System.Management.Automation;
using PbxEvents.Module.Data;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Makes flat rows of events, calls, gaps and connections, for CSV files, spreadsheets, databases and JSON: names instead of numbers,
/// local times as text, whole seconds.
/// </summary>
[Cmdlet(VerbsData.ConvertTo, "PbxRecord")]
[OutputType(typeof(PSObject))]
public sealed class ConvertToPbxRecordCommand : PSCmdlet
{
    /// <summary>The events, calls, gaps or connections.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var item in InputObject)
        {
            if (FlatRecord.Make(item) is { } record)
                WriteObject(record);
            else
                WriteError(ModuleErrors.NoRecordOf(item.BaseObject.GetType().Name, item));
        }
    }
}
