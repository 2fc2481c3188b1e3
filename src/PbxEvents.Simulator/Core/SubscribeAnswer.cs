namespace PbxEvents.Simulator.Core;

/// <summary>What becomes of a subscription.</summary>
internal enum SubscribeKind
{
    /// <summary>It is judged by the platform's rules.</summary>
    Normal,

    /// <summary>Nothing is said, nothing is served.</summary>
    Silent,

    /// <summary>It is refused, where the platform has a way to say so; else as Silent.</summary>
    Refused,
}

/// <summary>What becomes of a subscription.</summary>
/// <param name="Kind">What.</param>
/// <param name="Delay">How much later it is confirmed.</param>
internal readonly record struct SubscribeAnswer(SubscribeKind Kind, TimeSpan Delay);
