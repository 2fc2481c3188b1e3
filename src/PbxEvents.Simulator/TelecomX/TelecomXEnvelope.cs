namespace PbxEvents.Simulator.TelecomX;

/// <summary>How the simulator wraps events. The platform's page and its tables disagree, so a client must read all of them (telecomx.md section 4).</summary>
public enum TelecomXEnvelope
{
    /// <summary>As the tables have it: PBX and CALL fields beside <c>event</c>, REGISTER fields in <c>data</c>, some rows with <c>type</c> in place of <c>event</c>.</summary>
    Documented,

    /// <summary>Every field in <c>data</c>, except where <c>data</c> is itself a field.</summary>
    Data,

    /// <summary>Every field beside <c>event</c>, except where <c>data</c> is itself a field.</summary>
    Flat,

    /// <summary>As Documented, with the event's name in <c>type</c> always.</summary>
    TypeName,
}
