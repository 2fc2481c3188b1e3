namespace PbxEvents.Journal.Reactions;

/// <summary>Thrown by an action that knows more of its failure than a message.</summary>
/// <param name="failure">The failure.</param>
/// <param name="cause">What was thrown.</param>
internal sealed class TryFailedException(Failure failure, Exception? cause = null) : Exception(failure.Error, cause)
{
    /// <summary>The failure.</summary>
    public Failure Failure { get; } = failure;
}
