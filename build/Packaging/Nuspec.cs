using System.Xml.Linq;

namespace PbxEvents.Build.Packaging;

/// <summary>What the package says about the module, in the words that a PowerShell gallery reads.</summary>
internal static class Nuspec
{
    private static readonly XNamespace Schema = "http://schemas.microsoft.com/packaging/2011/08/nuspec.xsd";

    /// <summary>The specification for this manifest, of all files beside it.</summary>
    public static XDocument From(ModuleManifest manifest)
    {
        var cmdlets = manifest.List("CmdletsToExport");
        // A gallery finds a module by the tags that start with PS; its own publishing cmdlets write the same.
        string[] tags =
        [
            .. manifest.List("Tags"), "PSModule", .. manifest.List("CompatiblePSEditions").Select(e => "PSEdition_" + e),
            "PSIncludes_Cmdlet", .. cmdlets.Select(c => "PSCmdlet_" + c), .. cmdlets.Select(c => "PSCommand_" + c),
        ];
        return new XDocument(
            new XElement(Schema + "package",
                new XElement(Schema + "metadata",
                    new XElement(Schema + "id", "PbxEvents"),
                    new XElement(Schema + "version", manifest.Text("ModuleVersion")),
                    new XElement(Schema + "authors", manifest.Text("Author")),
                    new XElement(Schema + "owners", manifest.Text("CompanyName")),
                    new XElement(Schema + "requireLicenseAcceptance", "false"),
                    new XElement(Schema + "licenseUrl", manifest.Text("LicenseUri")),
                    new XElement(Schema + "description", manifest.Text("Description")),
                    new XElement(Schema + "releaseNotes", manifest.Text("ReleaseNotes")),
                    new XElement(Schema + "copyright", manifest.Text("Copyright")),
                    new XElement(Schema + "tags", string.Join(' ', tags))),
                new XElement(Schema + "files",
                    new XElement(Schema + "file", new XAttribute("src", "**"), new XAttribute("target", "")))));
    }
}
