using System.Globalization;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Simulator.PortSip;

/// <summary>The simulated tenant: its ids, numbers and addresses. Immutable.</summary>
/// <param name="ids">Where ids come from.</param>
/// <param name="domain">The tenant's SIP domain.</param>
/// <param name="version">The version.</param>
/// <param name="directory">What users and queues are called.</param>
internal sealed class PortSipPbx(SimulatedIds ids, string domain, PortSipVersion version, DirectoryBook directory)
{
    /// <summary>The number of the menu.</summary>
    public const string Menu = "5000";

    /// <summary>Where calls from outside come from and calls to outside go to.</summary>
    public const string Trunk = "trunk.example";

    /// <summary>The extensions, all agents of the queue.</summary>
    public static IReadOnlyList<string> Extensions { get; } = ["1001", "1002", "1003", "1004"];

    /// <summary>The queues.</summary>
    public static IReadOnlyList<string> Queues { get; } = ["4020", "4021"];

    /// <summary>The tenant's SIP domain.</summary>
    public string Domain => domain;

    /// <summary>The version.</summary>
    public PortSipVersion Version => version;

    /// <summary>The tenant's id: 18 digits, more than a double holds.</summary>
    public string TenantId { get; } = ids.Digits("tenant", 18);

    /// <summary>The id of an extension.</summary>
    public string ExtensionId(string number) => ids.Digits($"extension {number}", 18);

    /// <summary>The id of a queue, by which most of its events name it.</summary>
    public string QueueId(string number) => ids.Digits($"queue {number}", 18);

    /// <summary>The name of a queue.</summary>
    public string QueueName(string number) => directory.NameOf(number, $"Queue {number}");

    /// <summary>A party's SIP address.</summary>
    public string Address(string number) => $"sip:{number}@{(IsInside(number) ? domain : Trunk)}";

    /// <summary>The address of the device at a leg.</summary>
    public string Device(SimulatedCall call, SimulatedLeg leg) => leg.Extension is { } extension
        ? $"sip:{extension}@10.0.0.{leg.Device}:{int.Parse(extension, CultureInfo.InvariantCulture) % 10_000 + 5000}"
        : Address(leg.Number ?? call.To);

    /// <summary>The calling number; the word of SIP itself (RFC 3323) for one that must not be shown.</summary>
    public static string CallerOf(SimulatedCall call) => call.IsCallerHidden ? "anonymous" : call.From;

    /// <summary>The calling party's name.</summary>
    public static string CallerNameOf(SimulatedCall call) => call.IsCallerHidden ? "Anonymous" : call.FromName;

    /// <summary>True for the numbers of the PBX itself.</summary>
    public static bool IsInside(string number) => Extensions.Contains(number) || Queues.Contains(number) || number == Menu;

    /// <summary>A time as the platform writes it.</summary>
    public static string Time(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
