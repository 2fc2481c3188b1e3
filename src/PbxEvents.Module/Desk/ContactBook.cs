namespace PbxEvents.Module.Desk;

/// <summary>The contacts of a session and of its durable actions. Nothing is looked up before somebody asks. Any thread.</summary>
internal sealed class ContactBook
{
    private volatile IContactSource[] _newestFirst = [];

    /// <summary>Those that can be listed, the newest source's first.</summary>
    public IEnumerable<PbxContact> All => _newestFirst.SelectMany(s => s.All);

    /// <summary>Adds a source, which is asked before the others.</summary>
    public void Add(IContactSource source) => _newestFirst = [source, .. _newestFirst];

    /// <summary>Forgets all.</summary>
    public void Clear() => _newestFirst = [];

    /// <summary>Who has a number in any notation; null for nobody.</summary>
    public PbxContact? Find(string? number)
    {
        if (string.IsNullOrWhiteSpace(number))
            return null;
        foreach (var source in _newestFirst)
        {
            if (source.Find(number) is { } contact)
                return contact;
        }
        return null;
    }

    /// <summary>The name of who has a number, without running a script for it; null for nobody.</summary>
    public string? NameOf(string? number) =>
        string.IsNullOrWhiteSpace(number) ? null : _newestFirst.Select(s => s.FindKnown(number)).FirstOrDefault(c => c is not null)?.Name;
}
