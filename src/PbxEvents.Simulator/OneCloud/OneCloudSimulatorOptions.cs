using System.Diagnostics.CodeAnalysis;

namespace PbxEvents.Simulator.OneCloud;

/// <summary>A OneCloud simulator's settings.</summary>
public sealed record OneCloudSimulatorOptions : SimulatorOptions
{
    /// <summary>The defaults.</summary>
    public OneCloudSimulatorOptions()
    {
    }

    /// <summary>What holds for every platform, with the defaults of this one.</summary>
    [SetsRequiredMembers]
    internal OneCloudSimulatorOptions(SimulatorOptions options)
        : base(options)
    {
    }

    /// <summary>The scope that logins are given (onecloud.md section 2). Default Office Manager.</summary>
    public string Scope { get; init; } = "Office Manager";

    /// <summary>True asks every login for a second factor, which the simulator then never takes. Default false.</summary>
    public bool RequiresMfa { get; init; }

    /// <summary>How subscriptions are confirmed. Default as documented: <c>subscribed</c> and <c>status</c>.</summary>
    public OneCloudConfirmation Confirmation { get; init; } = OneCloudConfirmation.Subscribed | OneCloudConfirmation.Status;

    /// <summary>True meets a bad token with silence, false with <c>subscription_error</c>. Both are documented. Default false.</summary>
    public bool RefusesSilently { get; init; }

    /// <summary>
    /// The body that answers the look-up of the socket's hosts. Null for the simulator's own address as an object, since a
    /// client would look for port 8001 otherwise. Default null.
    /// </summary>
    public string? HostAnswer { get; init; }
}
