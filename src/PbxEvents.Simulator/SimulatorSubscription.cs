namespace PbxEvents.Simulator;

/// <summary>Something that a client is subscribed to. Immutable.</summary>
/// <param name="Link">The client's link in the log.</param>
/// <param name="Topic">What: a stream, a channel, a topic with one of its members, a filter; as the log names it.</param>
public sealed record SimulatorSubscription(int Link, string Topic);
