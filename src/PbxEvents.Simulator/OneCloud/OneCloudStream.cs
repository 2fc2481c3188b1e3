using System.Text.Json;
using PbxEvents.Simulator.SocketIo;

namespace PbxEvents.Simulator.OneCloud;

/// <summary>A stream as clients subscribe to it (onecloud.md section 3). Immutable.</summary>
/// <param name="Type">The type.</param>
/// <param name="Filter">The extension, SIP URI or queue; empty for none.</param>
/// <param name="Subtype">The subtype; empty for none.</param>
internal sealed record OneCloudStream(string Type, string Filter, string Subtype = "")
{
    /// <summary>The stream that a subscription asks for; null when there is none of that kind.</summary>
    /// <param name="data">What the client sent.</param>
    public static OneCloudStream? Read(JsonElement data)
    {
        var stream = new OneCloudStream(data.Text("type") ?? "", data.Text("filter") ?? "", data.Text("subtype") ?? "");
        return stream switch
        {
            { Type: "contacts", Subtype: "" } => stream with { Filter = "" },
            { Filter: "" } => null,
            { Type: "call", Subtype: "" or "queue" } => stream,
            { Type: "agent", Subtype: "" } => stream.Filter.StartsWith("sip:", StringComparison.Ordinal) ? stream : null,
            { Type: "queued" or "voicemail", Subtype: "" } => stream,
            _ => null,
        };
    }

    /// <summary>The text of <c>status</c>; its angle brackets are part of it.</summary>
    /// <param name="domain">The domain.</param>
    public string Confirmation(string domain) =>
        $"Setup Complete ({domain}-<>-{Type}-<>-{Filter}{(Subtype.Length > 0 ? $"-<T>-{Subtype}" : "")})";

    /// <summary>The stream for a log.</summary>
    public override string ToString() => $"{Type}{(Subtype.Length > 0 ? ":" : "")}{Subtype} {Filter}".TrimEnd();
}
