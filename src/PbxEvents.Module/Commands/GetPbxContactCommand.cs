using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>Lists the contacts that were imported, or says whose a number is.</summary>
[Cmdlet(VerbsCommon.Get, "PbxContact", DefaultParameterSetName = NameSet)]
[OutputType(typeof(PbxContact))]
public sealed class GetPbxContactCommand : PbxCmdlet
{
    private const string NameSet = "Name";
    private const string NumberSet = "Number";

    /// <summary>Only contacts of these names; wildcards allowed.</summary>
    [Parameter(
        Position = 0,
        ParameterSetName = NameSet)]
    [ArgumentCompleter(typeof(ContactCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>Numbers, in any notation; scripts of Import-PbxContact are asked too.</summary>
    [Parameter(
        Mandatory = true,
        ValueFromPipeline = true,
        ParameterSetName = NumberSet)]
    [ArgumentCompleter(typeof(CallerCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Number { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == NameSet)
        {
            var names = new TextPatterns(Name);
            WriteObject(Session.Contacts.All.Where(c => names.IsMatch(c.Name)), enumerateCollection: true);
            return;
        }
        foreach (var number in Number)
        {
            if (Session.Contacts.Find(number) is { } contact)
                WriteObject(contact);
        }
    }
}
