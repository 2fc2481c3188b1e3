using System.Diagnostics.CodeAnalysis;

namespace PbxEvents.Simulator.TelecomX;

/// <summary>A TelecomX simulator's settings.</summary>
public sealed record TelecomXSimulatorOptions : SimulatorOptions
{
    /// <summary>The defaults.</summary>
    public TelecomXSimulatorOptions()
    {
    }

    /// <summary>What holds for every platform, with the defaults of this one.</summary>
    [SetsRequiredMembers]
    internal TelecomXSimulatorOptions(SimulatorOptions options)
        : base(options)
    {
    }

    /// <summary>The access level of the user (telecomx.md section 2). Default MANAGER.</summary>
    public string AccessLevel { get; init; } = "MANAGER";

    /// <summary>How events are wrapped. Default as documented.</summary>
    public TelecomXEnvelope Envelope { get; init; }

    /// <summary>
    /// True sends events of the admin channels and of CONFIG-NOT-IPTV under the channel's name; false under the event's type.
    /// The platform does not say which. Default false.
    /// </summary>
    public bool UsesChannelNames { get; init; }

    /// <summary>
    /// True gives extensions and queues 24-digit ids as the platform does; false uses their numbers as ids, so that scripts
    /// for several platforms can be tried. Default false.
    /// </summary>
    public bool UsesIds { get; init; }

    /// <summary>
    /// True adds <c>sessionId</c> to the call records, which the platform's pages neither show nor rule out. Default false.
    /// </summary>
    public bool RecordsNameSession { get; init; }

    /// <summary>The SMS key that a login must bring besides the password; null for none.</summary>
    public string? SmsKey { get; init; }

    /// <summary>The authenticator token that a login must bring besides the password; null for none.</summary>
    public string? AuthenticatorToken { get; init; }

    /// <summary>
    /// What answers a bad token on <c>authenticate</c>: null for silence, as documented; <c>disconnect</c> for a disconnect
    /// packet; else the name of an event. Default null.
    /// </summary>
    public string? Refusal { get; init; }
}
