namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>
/// What the numbers in call records stand for (history/directory.md, PortSIP): rows do not say it, and only a person's answer counts as one
/// (history/portsip-history.md section 5). Not changed once it is filled.
/// </summary>
internal sealed class PortSipNumbers
{
    /// <summary>Where it is not known who is a person: menus and queues answer at once.</summary>
    private static readonly TimeSpan Reaction = TimeSpan.FromSeconds(1);

    private readonly PortSipDirectory _directory = new();
    private readonly HashSet<string> _services = new(StringComparer.Ordinal);
    private readonly HashSet<string> _groups = new(StringComparer.Ordinal);
    private readonly HashSet<string> _mailboxes = new(StringComparer.Ordinal);
    private readonly bool _hasUsers;

    /// <param name="users">The users' numbers; null when they are not known.</param>
    /// <param name="queues">The queues' numbers.</param>
    /// <param name="groups">The ring groups' numbers.</param>
    /// <param name="mailboxes">The numbers of shared mailboxes.</param>
    public PortSipNumbers(IEnumerable<string>? users, IEnumerable<string> queues, IEnumerable<string> groups, IEnumerable<string> mailboxes)
    {
        _hasUsers = users is not null;
        foreach (var user in users ?? [])
            _directory.AddExtension(user);
        foreach (var queue in queues)
            _directory.AddQueue(queue);
        _groups.UnionWith(groups);
        _mailboxes.UnionWith(mailboxes);
        _services.UnionWith([.. _groups, .. _mailboxes]);
    }

    /// <summary>True for a queue. What is abandoned as one is one, whether the queues could be asked for or not.</summary>
    public bool IsQueue(PortSipRow part) => part.Reroute is "QUEUE_ABANDONED" or "QUEUE_EXIT" || _directory.IsQueue(part.Number);

    public bool IsQueue(string? number) => _directory.IsQueue(number);

    public bool IsExtension(string? number) => _directory.IsExtension(number);

    public bool IsGroup(PortSipRow part) => part.Number is { } number && _groups.Contains(number);

    public bool IsMailbox(PortSipRow part) => part.Number is { } number && _mailboxes.Contains(number);

    /// <summary>True when a part called an extension, or an outside number in a person's place.</summary>
    /// <param name="part">The part.</param>
    /// <param name="first">The call's first part: whom the caller called.</param>
    public bool IsPerson(PortSipRow part, PortSipRow first)
    {
        if (part.Number is not { } number || IsQueue(part) || _services.Contains(number))
            return false;
        if (_directory.IsExtension(number) || first.Direction == PbxDirection.Outbound || IsOutside(number, first))
            return true;
        return !_hasUsers && (part.AnsweredAt is not { } answered || (part.RangAt is { } rang && answered - rang >= Reaction));
    }

    /// <summary>True for a person's number that is no extension's.</summary>
    public bool IsOutside(string number, PortSipRow first) =>
        first.Direction == PbxDirection.Outbound || _directory.IsOutside(number, first.Callee, first.GoesOutside);
}
