using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>What <c>extension_status</c> says of one extension (portsip.md section 4.2), for telling a change from a repetition.</summary>
internal readonly record struct PortSipExtension(string CallStatus, string? Online, string? PushOnline, string? Presence, string? Note)
{
    public static PortSipExtension Read(JsonFields entry) => new(
        entry.Word(PortSipFields.CallStatus),
        entry.Text(PortSipFields.Online),
        entry.Text(PortSipFields.PushOnline),
        entry.Text(PortSipFields.Presence),
        entry.Text(PortSipFields.PresenceNote));
}
