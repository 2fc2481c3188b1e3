using PbxEvents.Journal.Reactions;

namespace PbxEvents.Module.Durable;

/// <summary>A try that failed, to be told. Immutable.</summary>
/// <param name="Reaction">The reaction.</param>
/// <param name="Event">The event.</param>
/// <param name="Attempt">Which try it was.</param>
/// <param name="MaxAttempts">How many there are.</param>
/// <param name="Failure">Why it failed.</param>
/// <param name="Due">When the next one is; null for a dead letter.</param>
internal sealed record FailedTry(string Reaction, PbxEvent Event, int Attempt, int MaxAttempts, Failure Failure, DateTimeOffset? Due);
