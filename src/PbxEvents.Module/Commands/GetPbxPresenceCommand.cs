using System.Management.Automation;
using PbxEvents.Module.Reading;
using PbxEvents.Providers;

namespace PbxEvents.Module.Commands;

/// <summary>Lists the presence of people, as last reported by events.</summary>
[Cmdlet(VerbsCommon.Get, "PbxPresence")]
[OutputType(typeof(PbxPresence))]
public sealed class GetPbxPresenceCommand : StatusCmdlet
{
    private protected override PbxCategory Category => PbxCategory.Presence;

    private protected override IEnumerable<object> Read(PbxClient client, TextPatterns extensions) =>
        client.GetPresence().Where(p => extensions.IsMatch(p.Extension));
}
