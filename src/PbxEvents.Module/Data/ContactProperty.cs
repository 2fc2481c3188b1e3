using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PbxEvents.Module.Connections;
using PbxEvents.Module.Desk;

namespace PbxEvents.Module.Data;

/// <summary>
/// What stands behind the properties <c>Contact</c> and <c>FromName</c> of a call in PbxEvents.Types.ps1xml: it is looked up when somebody
/// asks, among the contacts of the runspace. PowerShell calls it; any thread.
/// </summary>
public static class ContactProperty
{
    private static ContactBook? Book => Runspace.DefaultRunspace is { } runspace ? ModuleState.Of(runspace).Contacts : null;

    /// <summary>Whose number the outside number of a call is.</summary>
    /// <param name="instance">The call.</param>
    /// <returns>The contact; null for none.</returns>
    public static PbxContact? OfCall(PSObject instance) => instance?.BaseObject is PbxCall call ? Book?.Find(OutsideParty.NumberOf(call)) : null;

    /// <summary>The caller's name: that of the contacts, which somebody chose to import, before the platform's, which may be what the caller says of himself.</summary>
    /// <param name="instance">The call.</param>
    /// <returns>The name; null for none.</returns>
    public static string? NameOfCaller(PSObject instance) => instance?.BaseObject is PbxCall call ? NameOf(call) : null;

    /// <summary>
    /// Gives the caller's name to a call that is being made, as by <c>[PbxEvents.PbxCall]@{ FromName = 'Ann' }</c>. A call that has one keeps it.
    /// </summary>
    /// <param name="instance">The call.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="InvalidOperationException">The call has a name.</exception>
    public static void NameNewCaller(PSObject instance, string? name)
    {
        if (instance?.BaseObject is not PbxCall call)
            return;
        if (call.FromName is not null)
            throw new InvalidOperationException(SR.CallIsImmutable);
        typeof(PbxCall).GetProperty(nameof(PbxCall.FromName))!.SetValue(call, name);
    }

    /// <inheritdoc cref="NameOfCaller"/>
    internal static string? NameOf(PbxCall call)
    {
        try
        {
            return Book?.Find(call.From)?.Name ?? call.FromName;
        }
        catch (Exception e) when (e is RuntimeException or PbxException)
        {
            // A script that asks a customer list may fail; the call still has the name that came with it. Get-PbxContact tells the failure.
            return call.FromName;
        }
    }
}
