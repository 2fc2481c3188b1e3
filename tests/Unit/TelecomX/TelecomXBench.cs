using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.TelecomX;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.TelecomX;

/// <summary>What a TelecomX session needs to run on a recording host.</summary>
internal static class TelecomXBench
{
    public static LinkTarget Target { get; } = new() { Uri = new Uri("https://api.test/socket.io/") };

    /// <summary>A ready token's ticket, which tells no access level.</summary>
    public static TelecomXTicket Ticket { get; } = new(new Secret("T"), "C");

    /// <summary>Makes a session, without a link; null for keys that nobody looks at.</summary>
    public static TelecomXSession CreateSession(RecordingHost host, TelecomXKeys? keys = null)
    {
        var options = new PbxConnectOptions { Provider = "TelecomX", Application = "pwsh", InstanceId = "host-1" };
        var session = new TelecomXSession(host, "api.test", options, keys ?? new TelecomXKeys());
        host.Session = session;
        return session;
    }
}
