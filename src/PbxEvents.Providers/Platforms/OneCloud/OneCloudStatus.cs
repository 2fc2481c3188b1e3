namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>
/// Reads the texts by which the platform says which stream it means (onecloud.md section 3):
/// <c>Setup Complete (domain-&lt;&gt;-call-&lt;&gt;-4020-&lt;T&gt;-queue)</c>. The angle brackets are part of the text.
/// </summary>
/// <param name="Type">The stream's type.</param>
/// <param name="Filter">Its filter as on the wire; empty for none.</param>
/// <param name="Subtype">Its subtype; empty for none.</param>
internal readonly record struct OneCloudStatus(string Type, string Filter, string Subtype)
{
    private const string Separator = "-<>-";
    private const string SubtypeSeparator = "-<T>-";

    /// <summary>True for a text that says that a subscription is in place.</summary>
    public static bool IsConfirmation(string text) => text.Contains("Setup Complete", StringComparison.OrdinalIgnoreCase);

    /// <summary>The stream that a text names; null when it names none.</summary>
    public static OneCloudStatus? Read(string text)
    {
        var open = text.IndexOf('(');
        var close = text.LastIndexOf(')');
        if (open < 0 || close < open)
            return null;

        // A domain may hold hyphens, so only the whole separator divides. Without a filter its last hyphen may be missing.
        var parts = (text[(open + 1)..close] + "-").Split(Separator, 3);
        if (parts.Length < 2)
            return null;
        var rest = parts.Length == 3 && parts[2].Length > 0 ? parts[2][..^1] : "";
        var subtype = rest.IndexOf(SubtypeSeparator, StringComparison.Ordinal);
        return new OneCloudStatus(
            parts.Length == 3 ? parts[1] : parts[1].TrimEnd('-'),
            subtype < 0 ? rest : rest[..subtype],
            subtype < 0 ? "" : rest[(subtype + SubtypeSeparator.Length)..]);
    }

    /// <summary>True when this names that stream. The domain is left out: a connection has only one.</summary>
    public bool Names(OneCloudTopic topic, string domain) =>
        Same(Type, topic.Type) && Same(Subtype, topic.Subtype ?? "") && (topic.Filter is null || Same(Filter, topic.WireFilter(domain)!));

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
