using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Tests.Unit.Sample;

/// <summary>What an event says about a call and its legs.</summary>
internal sealed class SampleEvents(ISessionHost host, JsonFields fields)
{
    public static readonly FieldNames Fields = new();

    public static readonly Field
        Event = Fields.Add("event"), Done = Fields.Add("done"), Refused = Fields.Add("refused"), Topic = Fields.Add("topic"), Call = Fields.Add("call"),
        Leg = Fields.Add("leg"), From = Fields.Add("from"), To = Fields.Add("to"), Extension = Fields.Add("extension"), Inbound = Fields.Add("inbound"),
        Over = Fields.Add("over");

    private readonly CallUpdate _update = new();

    public static IReadOnlyList<string> Names { get; } = ["ringing", "answered", "held", "transferred", "ended"];

    public void Received(string name, ReadOnlyMemory<byte> payload)
    {
        var pbxEvent = new PbxEvent
        {
            Category = Names.Contains(name) ? PbxCategory.Call : PbxCategory.Unknown,
            Name = name,
            Topic = "calls",
            Extension = fields.Text(Extension),
            Payload = payload,
        };
        if (fields.Text(Call) is not { } call || pbxEvent.Category == PbxCategory.Unknown)
        {
            host.Emit(pbxEvent);
            return;
        }
        _update.Reset(call).Direction = fields.Flag(Inbound) is { } isInbound ? isInbound ? PbxDirection.Inbound : PbxDirection.Outbound : null;
        _update.From = fields.Text(From);
        _update.To = fields.Text(To);
        _update.IsTransfer = name == "transferred";
        _update.IsEnd = fields.Flag(Over) == true;

        // A caller's leg is only told of when the call is over; the others decide how it turned out.
        if (fields.Text(Leg) is { } leg && StateOf(name) is { } state)
            _update.Add(new LegUpdate(leg, PbxLegRole.Callee, state) { Extension = fields.Text(Extension) });
        else
            _update.KeepsOpen = true;
        host.Emit(pbxEvent, _update);
    }

    private static PbxCallState? StateOf(string name) => name switch
    {
        "ringing" => PbxCallState.Ringing,
        "answered" => PbxCallState.Answered,
        "held" => PbxCallState.Held,
        "ended" => PbxCallState.Ended,
        _ => null,
    };
}
