using System.Management.Automation;
using System.Net;
using PbxEvents.Simulator;

namespace PbxEvents.Module.Payload;

/// <summary>
/// What stands behind <c>Credential</c> and <c>ClientCredential</c> of a simulator in PbxEvents.Types.ps1xml, so that it pipes
/// into Connect-PbxEvents. PowerShell calls it; any thread.
/// </summary>
public static class SimulatorCredentials
{
    /// <summary>The user and password that the simulator accepts.</summary>
    /// <param name="instance">The simulator.</param>
    /// <returns>The credential.</returns>
    public static PSCredential? OfUser(PSObject instance) =>
        instance?.BaseObject is PbxSimulator simulator ? Make(simulator.UserName, simulator.Password) : null;

    /// <summary>The client application that the simulator accepts.</summary>
    /// <param name="instance">The simulator.</param>
    /// <returns>The credential; null on platforms without one.</returns>
    public static PSCredential? OfClient(PSObject instance) =>
        instance?.BaseObject is PbxSimulator simulator ? Make(simulator.ClientId, simulator.ClientSecret) : null;

    private static PSCredential? Make(string? name, string? password) =>
        string.IsNullOrEmpty(name) ? null : new PSCredential(name, new NetworkCredential("", password).SecurePassword);
}
