using System.Collections.ObjectModel;
using System.Management.Automation;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Desk;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Adds names to numbers: from files of vCards or comma-separated values, from objects, or from a lookup script.</summary>
[Cmdlet(VerbsData.Import, "PbxContact", DefaultParameterSetName = ObjectSet, SupportsShouldProcess = true)]
[OutputType(typeof(PbxContact))]
public sealed class ImportPbxContactCommand : PbxCmdlet
{
    private const string PathSet = "Path";
    private const string ObjectSet = "Object";
    private const string LookupSet = "Lookup";

    /// <summary>Contacts have some hundred bytes each; what is far larger is another file.</summary>
    private const int MaxBytes = 64 * 1024 * 1024;

    private readonly List<PbxContact> _given = [];
    private int _nameless;

    /// <summary>Files of vCards (.vcf), or of comma-separated values with a line of headings.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Objects with a name and numbers in their properties; a file, as Get-Item gives it, is read.</summary>
    [Parameter(
        Mandatory = true,
        ValueFromPipeline = true,
        ParameterSetName = ObjectSet)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>Asked for each number, which is in <c>$_</c>; gives a name, or an object with a name.</summary>
    [Parameter(
        Mandatory = true,
        ParameterSetName = LookupSet)]
    [ValidateNotNull]
    public ScriptBlock? Lookup { get; set; }

    /// <summary>The country of numbers without a country's code, in the contacts and in calls; two letters.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CountryCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Country { get; set; }

    /// <summary>Puts the contacts out.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => Country = FindCountry(Country);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case ObjectSet:
                Take(InputObject.Where(o => o.BaseObject is not FileInfo), null, _given);
                foreach (var file in InputObject.Select(o => o.BaseObject).OfType<FileInfo>())
                    Try(() => Import(file.FullName), file);
                break;
            case LookupSet:
                if (ShouldProcess("-Lookup", SR.ImportContactAction))
                    Session.Contacts.Add(new ContactLookup(Lookup!, Country));
                break;
            default:
                foreach (var path in Path.Select(GetUnresolvedProviderPathFromPSPath))
                    Try(() => Import(path), path);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_given.Count > 0 || _nameless > 0)
            Add(_given, SR.ContactsFromInput);
    }

    private void Import(string path)
    {
        var contacts = new List<PbxContact>();
        var text = ReadText(path);
        if (ContactCards.Is(text))
            contacts.AddRange(ContactCards.Read(text, Country, path));
        else
            Take(ReadRows(text, path), path, contacts);
        if (contacts.Count == 0)
            throw Unreadable(path, SR.NoContacts, null);
        Add(contacts, path);
    }

    private void Add(List<PbxContact> contacts, string source)
    {
        var numbers = contacts.SelectMany(c => c.Numbers).ToArray();
        WriteVerbose(SR.ContactsRead.With(source, contacts.Count, numbers.Length));
        if (_nameless > 0)
            WriteWarning(SR.ContactsNameless.With(source, _nameless));
        _nameless = 0;

        // They will be found only by who writes them in the same way.
        if (Country is null && Array.FindAll(numbers, n => !n.StartsWith('+')) is { Length: > 0 } unclear)
            WriteWarning(SR.ContactsWithoutCountry.With(source, unclear.Length, unclear[0]));
        if (!ShouldProcess(source, SR.ImportContactAction))
            return;
        Session.Contacts.Add(new ContactList(contacts, Country));
        if (PassThru)
            WriteObject(contacts, enumerateCollection: true);
    }

    private void Take(IEnumerable<PSObject> rows, string? source, List<PbxContact> contacts)
    {
        foreach (var row in rows)
        {
            var contact = row.BaseObject as PbxContact ?? ContactRow.Read(row, Country, source);
            if (contact is not null)
                contacts.Add(contact);
            else
                _nameless++;
        }
    }

    private static string ReadText(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
                throw Unreadable(path, SR.ContactsTooLarge.With(MaxBytes / 1024 / 1024), null);
            var bytes = File.ReadAllBytes(path);
            return ContactText.Decode(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, e.Message, e);
        }
    }

    private Collection<PSObject> ReadRows(string text, string path)
    {
        try
        {
            return InvokeCommand.InvokeScript("param($text, $delimiter) ConvertFrom-Csv $text -Delimiter $delimiter", text, ContactText.DelimiterOf(text));
        }
        catch (RuntimeException e)
        {
            throw Unreadable(path, e.Message, e);
        }
    }

    private static PbxException Unreadable(string path, string why, Exception? cause) =>
        new(PbxErrorKind.FileUnreadable, SR.ContactsUnreadable.With(path, why), SR.ContactsUnreadableAdvice, cause) { Target = path, IsPermanent = true };
}
