namespace PbxEvents.Journal.Reactions;

/// <summary>One try of an action for one event. Any thread.</summary>
/// <param name="store">Where its steps are kept.</param>
internal sealed class Delivery(IReactionStore store)
{
    /// <summary>The event's number in the journal.</summary>
    public required long Seq { get; init; }

    /// <summary>The same on every try, in every process, and when the same event comes twice: for a target that honours it.</summary>
    public required string Key { get; init; }

    /// <summary>Which try it is: 1, 2, 3.</summary>
    public required int Attempt { get; init; }

    /// <summary>True when somebody asked for the event to run again.</summary>
    public bool IsReplay { get; init; }

    /// <summary>The event.</summary>
    public required PbxEvent Event { get; init; }

    /// <summary>What a step of this name gave at an earlier try; null when it has not come to its end yet.</summary>
    public string? FindStep(string name) => store.FindStep(Seq, name);

    /// <summary>A step has come to its end: it is not run again for this event.</summary>
    /// <param name="name">The step.</param>
    /// <param name="output">What it gave.</param>
    public void SaveStep(string name, string output) => store.SaveStep(Seq, name, output);
}
