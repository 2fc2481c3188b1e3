namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>One stream of onecloud.md section 3, as it is subscribed to. Immutable.</summary>
/// <param name="Type">The wire's <c>type</c>.</param>
/// <param name="Filter">The extension or the queue; null for <c>contacts</c>, which has none.</param>
/// <param name="Subtype">The wire's <c>subtype</c>; null for none.</param>
internal readonly record struct OneCloudTopic(string Type, string? Filter, string? Subtype = null)
{
    /// <summary>The stream without its filter, as it is given to <c>-Topic</c>.</summary>
    public string Name => Subtype is null ? Type : $"{Type}:{Subtype}";

    /// <summary>The filter on the wire: section 3 wants a full SIP URI for agents.</summary>
    /// <param name="domain">The OneCloud domain.</param>
    public string? WireFilter(string domain) => Type == "agent" ? $"sip:{Filter}@{domain}" : Filter;

    /// <summary>The number that a text is, or that stands in it as <c>sip:NUMBER@domain</c>.</summary>
    public static string NumberIn(string text) =>
        text.StartsWith("sip:", StringComparison.OrdinalIgnoreCase) && text.IndexOf('@') is > 4 and var at ? text[4..at] : text;

    /// <summary>The stream and its filter, for people.</summary>
    public override string ToString() => Filter is null ? Name : $"{Name} {Filter}";
}
