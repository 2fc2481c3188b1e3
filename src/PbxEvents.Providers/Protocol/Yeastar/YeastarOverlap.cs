namespace PbxEvents.Providers.Protocol.Yeastar;

/// <summary>
/// Drops what two links deliver while one takes over from the other (yeastar.md sections 4.1 and 6.3). Each event comes once
/// on each of them, in whatever order, so a double is what the other link has brought and this one has not. That also lets
/// through what rightly comes twice on one link, such as a call that is held, taken back, and held again. Loop only.
/// </summary>
internal sealed class YeastarOverlap
{
    /// <summary>How many more of a key the old link has brought than the new one; negative when the new one is ahead.</summary>
    private readonly Dictionary<string, int> _lead = new(StringComparer.Ordinal);

    private int _newLink;
    private int _oldLink;

    /// <summary>True between <see cref="Begin"/> and <see cref="End"/>.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Two links are open from now on.</summary>
    /// <param name="oldLink">The one that is to go.</param>
    /// <param name="newLink">The one that takes over.</param>
    public void Begin(int oldLink, int newLink)
    {
        _lead.Clear();
        _oldLink = oldLink;
        _newLink = newLink;
        IsOn = true;
    }

    /// <summary>A link is gone; if it is one of the two, no doubles can come any more.</summary>
    /// <param name="link">The link.</param>
    public void End(int link)
    {
        if (link != _oldLink && link != _newLink)
            return;
        _lead.Clear();
        IsOn = false;
    }

    /// <summary>True when the other link has brought this event already.</summary>
    /// <param name="link">The link that brings it.</param>
    /// <param name="key">What is the same of the same event.</param>
    public bool IsDouble(int link, string key)
    {
        var step = link == _newLink ? -1 : 1;
        var lead = _lead.GetValueOrDefault(key);
        if (lead + step == 0)
            _lead.Remove(key);
        else
            _lead[key] = lead + step;
        return lead * step < 0;
    }
}
