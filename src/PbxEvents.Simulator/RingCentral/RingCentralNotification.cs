using System.Text.Json.Nodes;

namespace PbxEvents.Simulator.RingCentral;

/// <summary>Something that happened, before it is put into a session's words.</summary>
/// <param name="Name">What it is about: the filter's path without account and extension.</param>
/// <param name="Category">Its category, for the log.</param>
/// <param name="Body">The body.</param>
internal sealed record RingCentralNotification(string Name, PbxCategory Category, JsonObject Body)
{
    /// <summary>The extension concerned; null for an outside party and for the account.</summary>
    public string? Extension { get; init; }

    /// <summary>The queue concerned; null for none.</summary>
    public string? Queue { get; init; }

    /// <summary>The call it belongs to; null for none.</summary>
    public string? CallId { get; init; }

    /// <summary>True for presence with its list of calls, which only the detailed filters bring.</summary>
    public bool IsDetailed { get; init; }
}
