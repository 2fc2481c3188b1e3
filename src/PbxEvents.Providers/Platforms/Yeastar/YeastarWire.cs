namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>One open link, as the session sees it. Loop only.</summary>
/// <param name="link">Its number.</param>
/// <param name="renewAt">When its token has to be replaced.</param>
internal sealed class YeastarWire(int link, DateTimeOffset renewAt)
{
    public int Link => link;

    public DateTimeOffset RenewAt => renewAt;

    /// <summary>The topics of the last list that was sent; null before the first.</summary>
    public IReadOnlyList<int>? Sent { get; set; }

    /// <summary>True while the answer to a list is awaited.</summary>
    public bool IsAwaiting { get; set; }

    /// <summary>True once the link has all that was wanted of it.</summary>
    public bool IsReady { get; set; }

    /// <summary>True once another link has taken over: it is only read to its end.</summary>
    public bool IsRetired { get; set; }

    /// <summary>How many heartbeats have not been answered.</summary>
    public int PulsesDue { get; set; }
}
