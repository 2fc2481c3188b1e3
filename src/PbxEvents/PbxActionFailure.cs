namespace PbxEvents;

/// <summary>An event whose action ended with an error. Immutable. <c>Restart-PbxAction</c> runs the action for it again.</summary>
/// <param name="Subscription">The subscription whose action failed.</param>
/// <param name="Event">The event it was run for.</param>
/// <param name="Error">What was thrown.</param>
/// <param name="Time">When it failed.</param>
public sealed record PbxActionFailure(PbxSubscription Subscription, PbxEvent Event, Exception Error, DateTimeOffset Time)
{
    /// <summary>What was thrown, in words.</summary>
    public string Message => Error.Message;

    /// <summary>The failure in one line.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() => $"{Event}: {Message}";
}
