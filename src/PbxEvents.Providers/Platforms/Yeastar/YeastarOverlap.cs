namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>
/// Makes one stream of two while one link takes over from another (yeastar.md sections 4.1 and 6.3): everything of the old
/// link to its end, then what only the new one brought. The PBX sends the same events in the same order on both, the new one
/// beginning somewhere in the middle. So the new one's events wait until both links are known to have brought what they
/// share, and the end of the one is laid over the beginning of the other. That also lets through what rightly comes twice on
/// one link, such as a call that is held, taken back, and held again. Loop only.
/// </summary>
internal sealed class YeastarOverlap
{
    /// <summary>A takeover lasts for moments. One that does not must not fill the memory.</summary>
    private const int MaxHeld = 4096;

    private readonly List<string> _brought = [];
    private readonly List<(string Key, YeastarMessage Message)> _held = [];
    private int _oldLink;
    private int _newLink;
    private bool _hasOldEnded;
    private bool _hasNewEnded;

    /// <summary>True between <see cref="Begin"/> and <see cref="Release"/> or <see cref="Forget"/>.</summary>
    public bool IsOn { get; private set; }

    /// <summary>True when the old link is gone, so that the new one only has to catch up.</summary>
    public bool IsCatchingUp => IsOn && _hasOldEnded;

    /// <summary>Two links are open from now on.</summary>
    /// <param name="oldLink">The one that is to go.</param>
    /// <param name="newLink">The one that takes over.</param>
    public void Begin(int oldLink, int newLink)
    {
        Forget();
        (_oldLink, _newLink) = (oldLink, newLink);
        IsOn = true;
    }

    /// <summary>True for the link that is to go.</summary>
    public bool IsOld(int link) => link == _oldLink;

    /// <summary>True for the link that takes over, as long as its events wait.</summary>
    public bool IsNew(int link) => IsOn && link == _newLink;

    /// <summary>True for the link that takes over, or took over last.</summary>
    public bool IsSuccessor(int link) => link == _newLink;

    /// <summary>The old link has brought an event.</summary>
    /// <param name="key">What is the same of the same event.</param>
    public void Note(string key) => _brought.Add(key);

    /// <summary>The new link has brought an event, which waits.</summary>
    /// <param name="key">What is the same of the same event.</param>
    /// <param name="message">The event.</param>
    /// <returns>False when too many wait: they have to be released.</returns>
    public bool Hold(string key, in YeastarMessage message)
    {
        _held.Add((key, message));
        return _held.Count < MaxHeld;
    }

    /// <summary>One of the two is gone.</summary>
    /// <param name="link">The link.</param>
    /// <returns>True when both are: nothing more will come.</returns>
    public bool LinkClosed(int link)
    {
        _hasOldEnded |= link == _oldLink;
        _hasNewEnded |= link == _newLink;
        return _hasOldEnded && _hasNewEnded;
    }

    /// <summary>Ends it.</summary>
    /// <param name="doubles">How many of the waiting events the old link has brought.</param>
    /// <returns>The other ones, in order.</returns>
    public IReadOnlyList<YeastarMessage> Release(out int doubles)
    {
        var shared = CountShared();
        var fresh = shared > 0 || _held.Count == 0 ? _held.Skip(shared).Select(h => h.Message).ToArray() : WithoutKnown();
        doubles = _held.Count - fresh.Length;
        End();
        return fresh;
    }

    /// <summary>Ends it, and what waits is the old link's to bring.</summary>
    public void Forget()
    {
        End();
        _oldLink = 0;
    }

    /// <summary>How many events at the end of the old link are those at the beginning of the new one.</summary>
    private int CountShared()
    {
        for (var count = Math.Min(_brought.Count, _held.Count); count > 0; count--)
        {
            var start = _brought.Count - count;
            var isSame = true;
            for (var i = 0; i < count && isSame; i++)
                isSame = _brought[start + i] == _held[i].Key;
            if (isSame)
                return count;
        }
        return 0;
    }

    /// <summary>For a PBX that does not keep to the order: each event that the old link has brought counts once.</summary>
    private YeastarMessage[] WithoutKnown()
    {
        var known = _brought.GroupBy(k => k, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        return [.. _held.Where(h => !known.TryGetValue(h.Key, out var count) || (known[h.Key] = count - 1) < 0).Select(h => h.Message)];
    }

    private void End()
    {
        IsOn = _hasOldEnded = _hasNewEnded = false;
        _brought.Clear();
        _held.Clear();
    }
}
