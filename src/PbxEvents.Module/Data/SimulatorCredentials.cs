using System.Management.Automation;
using System.Net;
using System.Security;
using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Simulator;

namespace PbxEvents.Module.Data;

/// <summary>
/// What stands behind the credentials of a simulator in PbxEvents.Types.ps1xml, so that it pipes into Connect-PbxEvents and
/// its secrets are what cmdlets take. What the platform has no use for is null. PowerShell calls it; any thread.
/// </summary>
public static class SimulatorCredentials
{
    /// <summary>The user and password that the simulator accepts.</summary>
    /// <param name="instance">The simulator.</param>
    /// <returns>The credential; null on platforms that take none.</returns>
    public static PSCredential? OfUser(PSObject instance) =>
        instance?.BaseObject is PbxSimulator s && Takes(s, nameof(PbxConnectOptions.UserName)) ? Make(s.UserName, s.Password) : null;

    /// <summary>The client application that the simulator accepts.</summary>
    /// <param name="instance">The simulator.</param>
    /// <returns>The credential; null on platforms without one.</returns>
    public static PSCredential? OfClient(PSObject instance) =>
        instance?.BaseObject is PbxSimulator s && Takes(s, nameof(PbxConnectOptions.ClientId)) ? Make(s.ClientId, s.ClientSecret) : null;

    /// <summary>The ready token.</summary>
    /// <param name="instance">The simulator.</param>
    /// <returns>The token; null on platforms without such tokens.</returns>
    public static SecureString? OfToken(PSObject instance) => instance?.BaseObject is PbxSimulator s ? Protect(s.AccessToken) : null;

    /// <summary>The JWT credential.</summary>
    /// <param name="instance">The simulator.</param>
    /// <returns>The credential; null on platforms without one.</returns>
    public static SecureString? OfJwt(PSObject instance) => instance?.BaseObject is PbxSimulator s ? Protect(s.Jwt) : null;

    private static bool Takes(PbxSimulator simulator, string option) => PbxProviders.Get(simulator.Provider).OptionNames.Contains(option);

    private static PSCredential? Make(string? name, string? secret) =>
        string.IsNullOrEmpty(name) ? null : new PSCredential(name, Protect(secret ?? ""));

    private static SecureString? Protect(string? secret) => secret is null ? null : new NetworkCredential("", secret).SecurePassword;
}
