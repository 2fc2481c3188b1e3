using System.Management.Automation;
using PbxEvents.Module.Reading;
using PbxEvents.Providers;

namespace PbxEvents.Module.Commands;

/// <summary>Lists which phones and trunks are registered, as last reported by events.</summary>
[Cmdlet(VerbsCommon.Get, "PbxRegistration")]
[OutputType(typeof(PbxRegistration))]
public sealed class GetPbxRegistrationCommand : StatusCmdlet
{
    private protected override PbxCategory Category => PbxCategory.Registration;

    private protected override IEnumerable<object> Read(PbxClient client, TextPatterns extensions) =>
        client.GetRegistrations().Where(r => extensions.IsMatch(r.Extension));
}
