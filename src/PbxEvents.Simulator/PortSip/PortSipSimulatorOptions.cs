using System.Diagnostics.CodeAnalysis;

namespace PbxEvents.Simulator.PortSip;

/// <summary>A PortSIP simulator's settings.</summary>
public sealed record PortSipSimulatorOptions : SimulatorOptions
{
    /// <summary>The defaults.</summary>
    public PortSipSimulatorOptions()
    {
    }

    /// <summary>What holds for every platform, with the defaults of this one.</summary>
    [SetsRequiredMembers]
    internal PortSipSimulatorOptions(SimulatorOptions options)
        : base(options)
    {
    }

    /// <summary>The version. Default v22.</summary>
    public PortSipVersion Version { get; init; }

    /// <summary>True answers <c>subscribe</c> and <c>unsubscribe</c> with a status; false with silence: neither is documented. Default true.</summary>
    public bool AnswersCommands { get; init; } = true;

    /// <summary>True sends <c>cdr_target_*</c> with the records, which is documented for webhooks only (v22). Default false.</summary>
    public bool SendsTargets { get; init; }
}
