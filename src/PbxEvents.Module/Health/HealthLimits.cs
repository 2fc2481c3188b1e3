namespace PbxEvents.Module.Health;

/// <summary>What is still well. What is null is not asked for.</summary>
/// <param name="MaxSilence">How long a connection may be without a frame.</param>
/// <param name="MaxLag">How many events a reaction, or a journal, may be behind.</param>
/// <param name="MaxDeadLetters">How many dead letters a reaction may have.</param>
internal sealed record HealthLimits(TimeSpan? MaxSilence = null, long? MaxLag = null, long? MaxDeadLetters = null);
