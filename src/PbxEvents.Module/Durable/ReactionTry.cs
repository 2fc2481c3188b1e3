using System.Management.Automation;
using PbxEvents.Journal.Reactions;

namespace PbxEvents.Module.Durable;

/// <summary>One try as its runspace knows it. Its thread only, but for the making.</summary>
/// <param name="item">What it is run for: an event, or the notice of an alert.</param>
/// <param name="delivery">What the action finds.</param>
/// <param name="failOn">Which errors make it fail.</param>
/// <param name="steps">Where its steps are kept; null in a test.</param>
internal sealed class ReactionTry(object item, PbxDelivery delivery, PbxFailOn failOn, Delivery? steps)
{
    public object Item => item;

    public PbxDelivery Delivery => delivery;

    public PbxFailOn FailOn => failOn;

    /// <summary>Reads what arrived since a time in the reaction's journal; null where there is none.</summary>
    public Func<DateTimeOffset, IEnumerable<PbxEvent>>? ReadSince { get; init; }

    /// <summary>The first error that it wrote; null for none.</summary>
    public ErrorRecord? FirstError { get; private set; }

    public void AddError(ErrorRecord error) => FirstError ??= error;

    /// <summary>What a step gave at an earlier try; null when it has not come to its end.</summary>
    public string? FindStep(string name) => steps?.FindStep(name);

    /// <summary>A step has come to its end.</summary>
    public void SaveStep(string name, string output) => steps?.SaveStep(name, output);
}
