namespace PbxEvents.Module.Desk;

/// <summary>Contacts of a file or a list. A number that several have is the last one's.</summary>
internal sealed class ContactList : IContactSource
{
    private readonly Dictionary<string, PbxContact> _byNumber = [];
    private readonly string? _country;

    public ContactList(IReadOnlyList<PbxContact> contacts, string? country)
    {
        All = contacts;
        _country = country;
        foreach (var contact in contacts)
        {
            foreach (var number in contact.Numbers)
                _byNumber[NumberKey.Of(number, country)] = contact;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<PbxContact> All { get; }

    /// <inheritdoc/>
    public PbxContact? Find(string number) => _byNumber.GetValueOrDefault(NumberKey.Of(number, _country));

    /// <inheritdoc/>
    public PbxContact? FindKnown(string number) => Find(number);
}
