namespace PbxEvents;

/// <summary>One attempt of a durable reaction's action for one event: <c>$Delivery</c> in the action. Immutable.</summary>
public sealed record PbxDelivery
{
    /// <summary>
    /// The same on every attempt, in every process, and when the same event comes twice: for a target that takes an idempotency key. Visible
    /// ASCII. <c>reaction/connection/event id</c>; of a reaction with a state or an outcome <c>reaction/connection/call id/state</c>.
    /// </summary>
    public required string Key { get; init; }

    /// <summary>The attempt: 1, 2, 3.</summary>
    public required int Attempt { get; init; }

    /// <summary>True when <c>Restart-PbxReaction</c> or <c>Restart-PbxDeadLetter</c> requested it.</summary>
    public bool IsReplay { get; init; }

    /// <summary>True in <c>Test-PbxReaction</c>: nothing is marked done, and nothing should be changed.</summary>
    public bool IsTest { get; init; }

    /// <summary>The reaction's name.</summary>
    public required string Reaction { get; init; }

    /// <summary>The value of <c>-MessageData</c> of the reaction.</summary>
    public object? MessageData { get; init; }

    /// <summary>Key and attempt in one line.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() => $"{Key}, try {Attempt}";
}
