using System.Management.Automation;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Data;
using PbxEvents.Module.Desk;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>Lists the callers who were not reached and with whom nobody has talked since, in or out, the longest waiting first.</summary>
[Cmdlet(VerbsCommon.Get, "PbxCallback", DefaultParameterSetName = LiveSet)]
[OutputType(typeof(PbxCallback))]
public sealed class GetPbxCallbackCommand : CallSourceCmdlet
{
    private readonly List<PbxCall> _calls = [];

    /// <summary>The country of numbers without a country's code, in two letters.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CountryCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Country { get; set; }

    private protected override bool IsOfUse(PbxCallState state) => state is PbxCallState.Answered or PbxCallState.Ended;

    private protected override void Take(PbxCall call) => _calls.Add(call);

    /// <inheritdoc/>
    protected override void BeginProcessing() => Country = FindCountry(Country);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        ReadCalls();
        var filter = new CallFilter { Parties = MakePartyFilter(), Hours = MakeHoursFilter() };
        try
        {
            var waiting = CallbackList.Make(
                _calls,
                c => filter.IsMatch(c) && !(c.StartedAt < Since?.Moment),
                n => NumberKey.Of(n, Country),
                ContactProperty.NameOf);
            WriteObject(waiting, enumerateCollection: true);
        }
        catch (PbxException e)
        {
            ThrowTerminatingError(e.ToErrorRecord(Country));
        }
    }
}
