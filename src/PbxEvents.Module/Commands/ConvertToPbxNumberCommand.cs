using System.Management.Automation;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Desk;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Reads telephone numbers as they were dialled, and puts them into the one form in which they are the same everywhere.</summary>
[Cmdlet(VerbsData.ConvertTo, "PbxNumber", DefaultParameterSetName = NumberSet)]
[OutputType(typeof(PbxNumber))]
public sealed class ConvertToPbxNumberCommand : PbxCmdlet
{
    private const string NumberSet = "Number";
    private const string CallSet = "Call";

    /// <summary>The numbers, or addresses with numbers in them.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true,
        ParameterSetName = NumberSet)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(CallerCompleter))]
    public string[] Number { get; set; } = [];

    /// <summary>Calls, whose outside number is used: the caller's, for an outbound call the called one.</summary>
    [Parameter(
        Mandatory = true,
        ValueFromPipeline = true,
        ParameterSetName = CallSet)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public PbxCall[] Call { get; set; } = [];

    /// <summary>The country in which they were dialled, in two letters. Default none: only numbers with a country's code are understood.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(CountryCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Country { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => Country = FindCountry(Country);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var number in ParameterSetName == CallSet ? Call.Select(c => OutsideParty.NumberOf(c) ?? "") : Number)
        {
            var read = DeskParts.Numbers.Read(number, Country);
            if (!read.IsNormalized)
                WriteVerbose((Country is null ? SR.NumberStaysAnywhere : SR.NumberStays).With(read.Number, Country));
            WriteObject(read);
        }
    }
}
